-- Delivery reports that came before it was written down that the gateway took their message.
create table early_reports (
    gateway_id text   primary key not null,
    delivered  bigint not null,
    reason     text   not null,
    at         bigint not null
);
-- What became of the messages of a PIN.
create index messages_by_pin on messages (pin_id);
-- Whether an administrator lets an application send; beside it stands what its own server says, `enabled`.
alter table applications add column allowed bigint not null default 1;
-- What was switched off so far was switched off by an administrator.
update applications set allowed = enabled, enabled = 1;
