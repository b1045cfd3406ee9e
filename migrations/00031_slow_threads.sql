-- +goose Up
-- How long a member waits between two replies, in seconds; 0: not at all. A new thread takes over what its challenge says.
alter table challenges add column slow_seconds int not null default 0;
alter table threads add column slow_seconds int not null default 0;

-- +goose Down
alter table threads drop column slow_seconds;
alter table challenges drop column slow_seconds;
