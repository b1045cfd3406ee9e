-- +goose Up
create table rooms (
    id           bigint generated always as identity primary key,
    challenge_id bigint constraint rooms_challenge_taken unique references challenges,  -- the standing room of a challenge
    seq          bigint not null default 0,    -- the newest event's; gapless
    created_at   timestamptz not null default now()
) with (fillfactor = 50);                      -- a row changes with every event; its new version finds room beside it

create table messages (
    id         bigint generated always as identity primary key,
    room_id    bigint not null references rooms,
    seq        bigint not null,                -- of the event that brought it
    author_id  bigint not null references members,
    client_id  uuid not null,
    body       text not null,
    html       text not null,
    lang       text not null,
    reply_to   bigint references messages,
    created_at timestamptz not null default now(),
    hidden_at  timestamptz,
    constraint messages_client_id_taken unique (author_id, client_id),
    constraint messages_seq_taken unique (room_id, seq)
);

-- The room log. Text is never in it: an event names its message, so that what is hidden or erased is gone from
-- every replay at once and its seq stays.
create table room_events (
    room_id    bigint not null references rooms,
    seq        bigint not null,
    kind       text not null,
    at         timestamptz not null default now(),
    member_id  bigint references members,      -- who did it
    message_id bigint references messages,
    data       jsonb,
    primary key (room_id, seq)
);

-- +goose Down
drop table room_events, messages, rooms;
