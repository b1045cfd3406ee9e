-- +goose Up
-- The join form's client id: sending the form twice makes one member.
alter table members add column join_id uuid constraint members_join_once unique;

-- +goose Down
alter table members drop column join_id;
