-- When the owner of a session last showed who they are. Sessions from before have it to show.
alter table sessions add column confirmed_at bigint not null default 0;
