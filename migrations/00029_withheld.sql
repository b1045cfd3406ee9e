-- +goose Up
-- Versions of which a moderator took something out; they stay for whoever must prove it, and are shown to nobody.
alter table post_revisions add column withheld boolean not null default false;

-- +goose Down
alter table post_revisions drop column withheld;
