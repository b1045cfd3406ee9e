-- +goose Up
create table notices (
    id         bigint generated always as identity primary key,
    member_id  bigint not null references members on delete cascade,
    kind       text not null,                  -- notify.Kind: which message it is
    path       text not null default '',       -- where it leads, without the locale: /t/12#post-99
    data       jsonb not null default '{}',    -- the message's values: {"Title": "…", "Reason": "…"}
    created_at timestamptz not null default now(),
    read_at    timestamptz
);
create index notices_member on notices (member_id, id desc);
create index notices_unread on notices (member_id) where read_at is null;

-- +goose Down
drop table notices;
