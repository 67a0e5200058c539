-- Times are seconds since the Unix epoch; flags are 0 or 1; ids are 128 random bits in hex.

create table users (
    id            text   primary key not null,
    login         text   not null,
    -- The login name as it is compared: in lower case.
    login_key     text   not null unique,
    password_hash text   not null,
    -- The password was made by the portal, for one use.
    one_time      bigint not null,
    admin         bigint not null,
    mfa_required  bigint not null,
    locked_at     bigint,
    -- Multi-factor authentication was reset; told at the next sign-in, and then forgotten.
    reset_at      bigint,
    -- Changes when all its sessions have to end, also those that are just being begun.
    epoch         bigint not null default 0,
    created_at    bigint not null
);

create table devices (
    id            text   primary key not null,
    user_id       text   not null references users (id),
    -- Byte for byte as typed: two names that differ in case are two devices.
    name          text   not null,
    -- pending, registered or rejected.
    state         text   not null,
    -- Sealed under `key_id`.
    secret        bytea   not null,
    key_id        text   not null,
    created_at    bigint not null,
    -- The session that began it: in no other is its secret shown.
    begun_in      bytea   not null,
    -- When a pending registration ends; when a device was rejected.
    expires_at    bigint not null,
    last_used_at  bigint,
    -- The last time step accepted, and the drift of the device's clock in steps (RFC 6238 §5.2, §6).
    last_step     bigint not null,
    drift         bigint not null,
    -- Wrong codes since the last right one, and until when no other is looked at.
    fails         bigint not null,
    wait_until    bigint not null,
    unique (user_id, name)
);

create table recovery_codes (
    user_id text   not null references users (id),
    hash    bytea   not null,
    used_at bigint,
    primary key (user_id, hash)
);

create table sessions (
    token_hash bytea   primary key not null,
    user_id    text   not null references users (id),
    -- password, full or phone.
    stage      text   not null,
    -- The account's when it began.
    epoch      bigint not null,
    created_at bigint not null,
    seen_at    bigint not null,
    expires_at bigint not null
);
create index sessions_by_user on sessions (user_id);

-- Browsers that an account once got all the way in with.
create table known_browsers (
    token_hash bytea   not null,
    user_id    text   not null references users (id),
    created_at bigint not null,
    primary key (token_hash, user_id)
);

-- Failures by scope: an account, an account from a known browser, an address.
create table throttles (
    scope      text   primary key not null,
    fails      bigint not null,
    wait_until bigint not null,
    updated_at bigint not null
);

create table api_keys (
    id         text   primary key not null,
    hash       bytea   not null unique,
    name       text   not null,
    created_at bigint not null,
    revoked_at bigint
);

create table audit (
    seq     bigint generated always as identity primary key,
    at      bigint not null,
    actor   text   not null,
    action  text   not null,
    subject text   not null,
    detail  text   not null,
    address text   not null,
    -- Actor and subject as they are looked for: in lower case.
    who     text   not null
);
