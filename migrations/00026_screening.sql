-- +goose Up
-- Words and hosts that texts are held, refused or only noted for.
create table filters (
    id         bigint generated always as identity primary key,
    kind       text not null check (kind in ('word', 'host')),
    pattern    text not null,                     -- as it was typed
    action     text not null check (action in ('note', 'hold', 'refuse')),
    paused     boolean not null default false,
    hits       bigint not null default 0,
    last_hit   timestamptz,
    created_by bigint references members,
    created_at timestamptz not null default now(),
    constraint filters_once unique (kind, pattern)
);

-- What new members may, and whether a raid is on.
create table moderation_policy (
    one        boolean primary key default true check (one),
    hold_first text not null default 'review' check (hold_first in ('none', 'review', 'hold')),
    new_links  int not null default 2 check (new_links between 0 and 100),
    hold_same  boolean not null default true,  -- nearly the same text again within a day
    raid_until timestamptz
);
insert into moderation_policy default values;

-- What texts looked like lately, to find the same one again, also slightly changed. Old rows are thrown away.
create table text_prints (
    id        bigint generated always as identity primary key,
    member_id bigint not null references members on delete cascade,
    at        timestamptz not null default now(),
    print     bigint not null
);
create index text_prints_at on text_prints (at desc);
create index cases_held on cases (opened_at desc) where kind = 'held';

-- +goose Down
drop index cases_held;
drop table text_prints, moderation_policy, filters;
