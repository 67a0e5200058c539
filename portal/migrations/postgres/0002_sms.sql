-- PINs by SMS: applications, their templates, PINs, messages on their way, and what limits count.

-- A key may be for the verifier of codes, or for the API of PINs: of all applications or of one.
alter table api_keys add column scopes text not null default 'verify';
alter table api_keys add column application_id text;

create table applications (
    id            text   primary key not null,
    name          text   not null,
    enabled       bigint not null,
    -- As the API has it, JSON.
    configuration text   not null,
    -- Beside the API: the prefixes that may be sent to, and what a day may cost.
    prefixes      text   not null,
    cost_ceiling  bigint not null,
    created_at    bigint not null
);

create table templates (
    id             text   primary key not null,
    application_id text   not null references applications (id),
    -- As the API has it, JSON.
    template       text   not null,
    created_at     bigint not null
);
create index templates_by_application on templates (application_id);

create table pins (
    id             text   primary key not null,
    application_id text   not null references applications (id),
    template_id    text   not null references templates (id),
    -- The number in digits alone, with its country code.
    msisdn         text   not null,
    -- A keyed hash of the PIN, under the key of `key_id`.
    hash           bytea   not null,
    key_id         text   not null,
    -- The PIN, sealed, while it can be sent again.
    sealed         bytea,
    attempts_left  bigint not null,
    created_at     bigint not null,
    expires_at     bigint not null,
    verified_at    bigint
);
create index pins_by_number on pins (application_id, msisdn, created_at);

-- Messages on their way. The id is the idempotency key: a gateway that gets it twice sends once.
create table messages (
    id            text   primary key not null,
    pin_id        text   not null references pins (id),
    application_id text  not null references applications (id),
    msisdn        text   not null,
    sender        text   not null,
    -- The text, sealed, until it was handed over.
    body          bytea,
    key_id        text   not null,
    -- queued, sent, delivered, undelivered, failed or expired.
    state         text   not null,
    tries         bigint not null,
    next_try_at   bigint not null,
    claimed_until bigint not null,
    expires_at    bigint not null,
    gateway_id    text,
    -- In thousandths of the currency unit of the price list.
    cost          bigint not null,
    reason        text   not null,
    created_at    bigint not null,
    sent_at       bigint,
    reported_at   bigint
);
create index messages_due on messages (state, next_try_at);
create index messages_by_application on messages (application_id, created_at);
create index messages_by_gateway on messages (gateway_id);

-- One row an event that some limit counts, and one row a scope that holds its lock.
create table limit_scopes (
    scope text primary key not null,
    turn  bigint not null
);
create table limit_events (
    scope   text   not null,
    -- In milliseconds, as is the time at which no window holds it any more.
    at      bigint not null,
    ends_at bigint not null,
    -- 1, or a cost.
    weight  bigint not null
);
create index limit_events_by_scope on limit_events (scope, at);
