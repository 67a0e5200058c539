-- Whether a browser was let in by a code, and not by the password alone: it has guesses of its own at codes.
alter table known_browsers add column by_code integer not null default 0;
