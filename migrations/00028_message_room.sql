-- +goose Up
-- Messages are written by the room's writer alone, which has locked the room's row in the same transaction; checking the
-- reference again for each row is a fifth of what writing a message costs. Rooms are never deleted.
alter table messages drop constraint messages_room_id_fkey;

-- +goose Down
alter table messages add constraint messages_room_id_fkey foreign key (room_id) references rooms;
