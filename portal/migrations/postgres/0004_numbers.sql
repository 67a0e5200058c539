-- Limits against pumping of each application, what stopped it last, and the numbers of accounts.

-- Messages to a thousand neighbouring numbers, and to one country, within a time; '' is no limit.
alter table applications add column block_limit text not null default '20/1h';
alter table applications add column country_limit text not null default '';
-- Which of these limits, or the cost ceiling, was reached last, and when.
alter table applications add column stopped_by text not null default '';
alter table applications add column stopped_at bigint not null default 0;

-- The account that confirms its number by this PIN; none where an app's server asks.
alter table pins add column user_id text references users (id);

create table phone_numbers (
    user_id      text   primary key not null references users (id),
    -- The number in digits alone, with its country code.
    msisdn       text   not null,
    confirmed_at bigint not null
);

-- The sum of a scope's events after this moment: only what leaves the window is added up.
alter table limit_scopes add column held bigint not null default 0;
alter table limit_scopes add column counted_from bigint not null default 0;
update limit_scopes set held = (select coalesce(sum(weight), 0) from limit_events
                                where limit_events.scope = limit_scopes.scope);
