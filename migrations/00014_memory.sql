-- +goose Up
-- What was translated before, segment by segment: a unit says the same in two languages or more.
create table memory_units (
    id           bigint generated always as identity primary key,
    hash         bytea not null,               -- sha-256 of its texts' keys with their languages, as they came
    tuid         text not null default '',     -- its name in the file that it came from
    note         text not null default '',
    source       text not null default '',     -- where the file has it from
    origin_kind  text,                         -- the text whose reviewed translation taught it: 'post', …
    origin_id    bigint,                       -- null: it was imported
    added_by     bigint references members on delete set null,   -- null: the operator
    created_at   timestamptz not null default now(),
    withdrawn_at timestamptz,                  -- while its origin is hidden: not used, not shown, not exported
    constraint memory_units_origin_whole check ((origin_kind is null) = (origin_id is null))
);
-- What one origin teaches is there once, whatever others teach, so that its withdrawal takes nothing from them.
create unique index memory_units_taught_once on memory_units (hash, coalesce(origin_kind, ''), coalesce(origin_id, 0));
create index memory_units_origin on memory_units (origin_kind, origin_id) where origin_kind is not null;

create table memory_texts (
    unit_id   bigint not null references memory_units on delete cascade,
    lang      text not null,
    text      text not null,
    key_hash  bytea not null,                  -- sha-256 of segment.Key(text)
    signature int[] not null,                  -- segment.Signature(text)
    primary key (unit_id, lang)
);
create index memory_texts_key on memory_texts (lang, key_hash, unit_id);
create index memory_texts_signature on memory_texts using gin (signature);

-- +goose Down
drop table memory_texts, memory_units;
