-- +goose Up
create table moderation_log (
    id           bigint generated always as identity primary key,
    at           timestamptz not null default now(),
    actor_id     bigint not null references members,
    action       text not null,                -- moderation.Action: hide, unhide, lock, …
    aspect       text not null,                -- what of the subject it decides: hidden, locked, …; the newest row stands
    subject_kind text not null,                -- post, message, thread, member, challenge
    subject_id   bigint not null,              -- 0: all of that kind, as when challenges are put in order
    author_id    bigint references members,    -- whose it was
    reason       text not null default '',
    data         jsonb not null default '{}',  -- what it was called, where it was, what it was before
    undoes       bigint references moderation_log constraint moderation_log_undone_once unique
);
create index moderation_log_subject on moderation_log (subject_kind, subject_id, aspect, id desc);
create index moderation_log_action on moderation_log (action, id desc);

-- Append-only, whoever asks.
-- +goose StatementBegin
create function moderation_log_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'moderation_log is append-only' using errcode = 'insufficient_privilege';
end $$;
-- +goose StatementEnd
create trigger moderation_log_append_only before update or delete on moderation_log
    for each row execute function moderation_log_is_append_only();
create trigger moderation_log_no_truncate before truncate on moderation_log
    for each statement execute function moderation_log_is_append_only();

-- +goose Down
drop table moderation_log;
drop function moderation_log_is_append_only;
