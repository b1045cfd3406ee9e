-- +goose Up
-- A merged thread is hidden and leads to the one that has its posts; one that was split off knows where it comes from.
alter table threads add column merged_into bigint references threads;
alter table threads add column split_from bigint references threads;
create index threads_split_from on threads (split_from) where split_from is not null;

-- +goose Down
alter table threads drop column split_from;
alter table threads drop column merged_into;
