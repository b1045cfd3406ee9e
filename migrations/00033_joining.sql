-- +goose Up
-- What forms are signed with. It is made once, here, so that all nodes of a hub have the same: two random UUIDs hold 244
-- random bits.
create table form_keys (
    name   text primary key,
    secret bytea not null default sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))
);
insert into form_keys (name) values ('join');

-- Puzzles of the joining page that were handed in solved: each serves once. Rows are swept when their puzzle would have
-- expired anyway.
create table spent_puzzles (
    id         bytea primary key,
    expires_at timestamptz not null
);
create index spent_puzzles_expire on spent_puzzles (expires_at);

-- Since when who joined during a flood waits for a moderator; null: does not wait.
alter table members add column applied_at timestamptz;

-- How soon a join form may come back; 0: it is not timed.
alter table moderation_policy
    add column join_seconds int not null default 3 constraint moderation_policy_join_seconds check (join_seconds between 0 and 60);

-- +goose Down
alter table moderation_policy drop column join_seconds;
alter table members drop column applied_at;
drop table spent_puzzles, form_keys;
