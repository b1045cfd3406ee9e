-- +goose Up
-- Whom a member does not want to read, or not to hear from at all. Nobody is told.
create table member_blocks (
    member_id bigint not null references members on delete cascade,
    other_id  bigint not null references members on delete cascade,
    kind      text not null check (kind in ('mute', 'block')),
    at        timestamptz not null default now(),
    primary key (member_id, other_id),
    check (member_id <> other_id)
);

-- +goose Down
drop table member_blocks;
