-- Times are seconds since the Unix epoch; flags are 0 or 1; ids are 128 random bits in hex.

create table users (
    id            text   primary key not null,
    login         text   not null,
    -- The login name as it is compared: in lower case.
    login_key     text   not null unique,
    password_hash text   not null,
    -- The password was made by the portal, for one use.
    one_time      integer not null,
    admin         integer not null,
    mfa_required  integer not null,
    locked_at     integer,
    -- Multi-factor authentication was reset; told at the next sign-in, and then forgotten.
    reset_at      integer,
    -- Changes when all its sessions have to end, also those that are just being begun.
    epoch         integer not null default 0,
    created_at    integer not null
) strict;

create table devices (
    id            text   primary key not null,
    user_id       text   not null references users (id),
    -- Byte for byte as typed: two names that differ in case are two devices.
    name          text   not null,
    -- pending, registered or rejected.
    state         text   not null,
    -- Sealed under `key_id`.
    secret        blob   not null,
    key_id        text   not null,
    created_at    integer not null,
    -- The session that began it: in no other is its secret shown.
    begun_in      blob   not null,
    -- When a pending registration ends; when a device was rejected.
    expires_at    integer not null,
    last_used_at  integer,
    -- The last time step accepted, and the drift of the device's clock in steps (RFC 6238 §5.2, §6).
    last_step     integer not null,
    drift         integer not null,
    -- Wrong codes since the last right one, and until when no other is looked at.
    fails         integer not null,
    wait_until    integer not null,
    unique (user_id, name)
) strict;

create table recovery_codes (
    user_id text   not null references users (id),
    hash    blob   not null,
    used_at integer,
    primary key (user_id, hash)
) strict;

create table sessions (
    token_hash blob   primary key not null,
    user_id    text   not null references users (id),
    -- password, full or phone.
    stage      text   not null,
    -- The account's when it began.
    epoch      integer not null,
    created_at integer not null,
    seen_at    integer not null,
    expires_at integer not null
) strict;
create index sessions_by_user on sessions (user_id);

-- Browsers that an account once got all the way in with.
create table known_browsers (
    token_hash blob   not null,
    user_id    text   not null references users (id),
    created_at integer not null,
    primary key (token_hash, user_id)
) strict;

-- Failures by scope: an account, an account from a known browser, an address.
create table throttles (
    scope      text   primary key not null,
    fails      integer not null,
    wait_until integer not null,
    updated_at integer not null
) strict;

create table api_keys (
    id         text   primary key not null,
    hash       blob   not null unique,
    name       text   not null,
    created_at integer not null,
    revoked_at integer
) strict;

create table audit (
    seq     integer primary key autoincrement,
    at      integer not null,
    actor   text   not null,
    action  text   not null,
    subject text   not null,
    detail  text   not null,
    address text   not null,
    -- Actor and subject as they are looked for: in lower case.
    who     text   not null
) strict;
