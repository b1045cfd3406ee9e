-- +goose Up
-- How far a member has read a room, on any of their devices. It does not refer to rooms: the check would wait for the
-- room's writer, and the one statement that inserts here takes the room from there.
create table room_reads (
    member_id bigint not null references members on delete cascade,
    room_id   bigint not null,
    seq       bigint not null,                 -- of the newest event that was in sight; never goes back
    at        timestamptz not null default now(),
    primary key (member_id, room_id)
);

-- +goose Down
drop table room_reads;
