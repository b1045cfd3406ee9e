-- +goose Up
-- The ways to begin typing a member's name or handle, folded: see account's keys. A search is a range of this index, in
-- the order of bytes whatever the database's own, and reads nothing else.
create table member_keys (
    member_id bigint not null references members on delete cascade,
    key       text not null
);
create unique index member_keys_key on member_keys (key text_pattern_ops, member_id);
create index member_keys_member on member_keys (member_id);

-- By which rules a member's keys were made; 0: they have none yet. The hub makes those it misses when it starts.
alter table members add column keys_version int not null default 0;

-- +goose Down
alter table members drop column keys_version;
drop table member_keys;
