-- +goose Up
-- What is to come of an event as a thread, while its hosts write it: both languages side by side. Once it is published the texts
-- are those of the thread, and no longer here.
create table workshop_outcomes (
    workshop_id  bigint primary key references workshops on delete cascade,
    client_id    uuid not null default gen_random_uuid(),        -- of the thread, so that there is never a second one
    version      int not null default 1,                         -- counts changes
    kind         text not null,                                  -- of the thread: forum.Kind
    lang         text not null,                                  -- of the thread; the other language is its translation
    challenge    text not null default '',                       -- slug of where it is published
    title_en     text not null default '',
    title_zh     text not null default '',
    body_en      text not null default '',                       -- Markdown
    body_zh      text not null default '',
    edited_by    bigint references members on delete set null,
    edited_at    timestamptz not null default now(),
    published_at timestamptz
);

-- +goose Down
drop table workshop_outcomes;
