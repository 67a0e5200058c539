-- PINs by SMS: applications, their templates, PINs, messages on their way, and what limits count.

-- A key may be for the verifier of codes, or for the API of PINs: of all applications or of one.
alter table api_keys add column scopes text not null default 'verify';
alter table api_keys add column application_id text;

create table applications (
    id            text   primary key not null,
    name          text   not null,
    enabled       integer not null,
    -- As the API has it, JSON.
    configuration text   not null,
    -- Beside the API: the prefixes that may be sent to, and what a day may cost.
    prefixes      text   not null,
    cost_ceiling  integer not null,
    created_at    integer not null
) strict;

create table templates (
    id             text   primary key not null,
    application_id text   not null references applications (id),
    -- As the API has it, JSON.
    template       text   not null,
    created_at     integer not null
) strict;
create index templates_by_application on templates (application_id);

create table pins (
    id             text   primary key not null,
    application_id text   not null references applications (id),
    template_id    text   not null references templates (id),
    -- The number in digits alone, with its country code.
    msisdn         text   not null,
    -- A keyed hash of the PIN, under the key of `key_id`.
    hash           blob   not null,
    key_id         text   not null,
    -- The PIN, sealed, while it can be sent again.
    sealed         blob,
    attempts_left  integer not null,
    created_at     integer not null,
    expires_at     integer not null,
    verified_at    integer
) strict;
create index pins_by_number on pins (application_id, msisdn, created_at);

-- Messages on their way. The id is the idempotency key: a gateway that gets it twice sends once.
create table messages (
    id            text   primary key not null,
    pin_id        text   not null references pins (id),
    application_id text  not null references applications (id),
    msisdn        text   not null,
    sender        text   not null,
    -- The text, sealed, until it was handed over.
    body          blob,
    key_id        text   not null,
    -- queued, sent, delivered, undelivered, failed or expired.
    state         text   not null,
    tries         integer not null,
    next_try_at   integer not null,
    claimed_until integer not null,
    expires_at    integer not null,
    gateway_id    text,
    -- In thousandths of the currency unit of the price list.
    cost          integer not null,
    reason        text   not null,
    created_at    integer not null,
    sent_at       integer,
    reported_at   integer
) strict;
create index messages_due on messages (state, next_try_at);
create index messages_by_application on messages (application_id, created_at);
create index messages_by_gateway on messages (gateway_id);

-- One row an event that some limit counts, and one row a scope that holds its lock.
create table limit_scopes (
    scope text primary key not null,
    turn  integer not null
) strict;
create table limit_events (
    scope   text   not null,
    -- In milliseconds, as is the time at which no window holds it any more.
    at      integer not null,
    ends_at integer not null,
    -- 1, or a cost.
    weight  integer not null
) strict;
create index limit_events_by_scope on limit_events (scope, at);
