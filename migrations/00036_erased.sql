-- +goose Up
-- What was erased keeps its place and has no text any more; it is hidden for good.
alter table posts add column erased_at timestamptz;
alter table messages add column erased_at timestamptz;

-- +goose Down
alter table messages drop column erased_at;
alter table posts drop column erased_at;
