-- +goose Up
create table terms (
    id           bigint generated always as identity primary key,
    challenge_id bigint constraint terms_challenge_there references challenges,  -- null: valid everywhere
    texts        jsonb not null constraint terms_texts_object check (jsonb_typeof(texts) = 'object'),  -- {"en": "…", "zh": "…"}
    note         text not null default '',
    hash         bytea not null,               -- sha-256 of the texts with their languages
    created_at   timestamptz not null default now(),
    created_by   bigint references members,    -- null: the operator
    updated_at   timestamptz not null default now(),
    updated_by   bigint references members,
    deleted_at   timestamptz
);
create unique index terms_taken on terms (coalesce(challenge_id, 0), hash) where deleted_at is null;
create index terms_challenge on terms (challenge_id, id desc);

create table term_changes (
    id       bigint generated always as identity primary key,
    term_id  bigint not null references terms,
    at       timestamptz not null default now(),
    actor_id bigint references members,        -- null: the operator
    action   text not null constraint term_changes_action_known check (action in ('add', 'change', 'delete', 'restore', 'import')),
    was      jsonb,                            -- {"challenge_id": …, "texts": {…}, "note": "…"}; null: it was not there
    now      jsonb                             -- null: it is gone
);
create index term_changes_term on term_changes (term_id, id desc);

-- Append-only, whoever asks.
-- +goose StatementBegin
create function term_changes_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'term_changes is append-only' using errcode = 'insufficient_privilege';
end $$;
-- +goose StatementEnd
create trigger term_changes_append_only before update or delete on term_changes
    for each row execute function term_changes_is_append_only();
create trigger term_changes_no_truncate before truncate on term_changes
    for each statement execute function term_changes_is_append_only();

-- +goose Down
drop table term_changes, terms;
drop function term_changes_is_append_only;
