-- +goose Up
-- As with the room's (00028): the writer asks once who of a batch's authors there is, and members are never deleted, so that
-- checking the reference again for each row is a third of what writing many messages costs, and for nothing.
alter table messages drop constraint messages_author_id_fkey;

-- +goose Down
alter table messages add constraint messages_author_id_fkey foreign key (author_id) references members;
