-- +goose Up
-- What was said in a room is erased row by row, and each row asks who answered it.
create index messages_replies on messages (reply_to) where reply_to is not null;

-- +goose Down
drop index messages_replies;
