-- +goose Up
create table notices (
    id         bigint generated always as identity primary key,
    member_id  bigint not null references members on delete cascade,
    kind       text not null,                  -- notify.Kind: which message it is
    actor_id   bigint references members on delete set null,  -- who caused it
    subject    text not null default '',       -- what it is about: 'post:99', 'message:991', 'thread:12', 'member:7'
    within     text not null default '',       -- what that is part of: 'thread:12', 'room:3'
    path       text not null default '',       -- where it leads, without the locale: /t/12-title#post-99
    data       jsonb not null default '{}',    -- the message's values: {"title": "…", "reason": "…"}; never the text of a post
    created_at timestamptz not null default now(),
    read_at    timestamptz
);
create index notices_member on notices (member_id, id desc);
create index notices_unread on notices (member_id) where read_at is null;
create index notices_subject on notices (subject);
create index notices_within on notices (within);
-- One post tells a member once, whether it answers, mentions or quotes him.
create unique index notices_told_once on notices (member_id, subject) where kind in ('reply', 'mention', 'quote', 'thread');

-- +goose Down
drop table notices;
