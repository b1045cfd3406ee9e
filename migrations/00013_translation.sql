-- +goose Up
-- What a text says in another language: one row a text and language, the one that readers are shown. Whether it is out
-- of date is not stored: it is when source_version is below the version of its text.
create table translations (
    subject_kind   text not null,              -- translation.Kind of text: post, thread, message, profile
    subject_id     bigint not null,
    locale         text not null,              -- the language it is in
    source_lang    text not null,
    source_version int not null,               -- of the text, that it translates
    kind           text not null constraint translations_kind_known check (kind in ('human', 'memory', 'machine')),
    text           text not null,              -- Markdown or plain, as the text itself
    html           text not null,
    provider       text not null default '',   -- machine: the engine's name as readers know it
    score          int not null default 100,   -- memory: the least likeness of a sentence, in percent
    segments       jsonb,                      -- machine: what became of each sentence, so that an edit pays for what it changed
    revision       int not null default 1,     -- counts every change of the row
    author_id      bigint references members on delete set null,   -- human: who wrote it
    reviewed_by    bigint references members on delete set null,
    reviewed_at    timestamptz,
    at             timestamptz not null default now(),
    primary key (subject_kind, subject_id, locale)
);
create index translations_author on translations (author_id) where author_id is not null;

-- What people wrote, every version of it, and what it replaced.
create table translation_revisions (
    subject_kind   text not null,
    subject_id     bigint not null,
    locale         text not null,
    revision       int not null,
    source_version int not null,
    kind           text not null,
    text           text not null,
    provider       text not null default '',
    author_id      bigint references members on delete set null,
    reviewed_by    bigint references members on delete set null,
    restores       int,                        -- the revision that it took up again
    at             timestamptz not null,
    primary key (subject_kind, subject_id, locale, revision)
);

-- Per month and source of text: an engine by its stable name, 'memory', or 'kept' (a sentence that an engine had translated before).
create table translation_usage (
    month      date not null,
    source     text not null,
    characters bigint not null default 0,
    texts      bigint not null default 0,
    calls      bigint not null default 0,
    failures   bigint not null default 0,
    primary key (month, source)
);

-- Translating what was written before an engine was there.
create table translation_backfills (
    id          bigint generated always as identity primary key,
    locale      text not null,
    started_by  bigint references members on delete set null,
    started_at  timestamptz not null default now(),
    kind        text not null,                 -- where it stands: the kind of texts, and the id below which it goes on
    below       bigint not null,
    done        bigint not null default 0,
    total       bigint not null,
    ended_at    timestamptz,
    stopped     boolean not null default false
);
create unique index translation_backfills_one on translation_backfills (locale) where ended_at is null;

-- The version of a title, as posts have one of their text.
alter table threads add column title_version int not null default 1;

-- Texts of such a place are never sent to an engine outside the house.
alter table challenges add column keep_inside boolean not null default false;
alter table rooms add column keep_inside boolean not null default false;

-- What members say of themselves, and who is trusted with other people's words.
alter table members
    add column about text not null default '',
    add column about_html text not null default '',
    add column about_lang text not null default '',
    add column about_version int not null default 1,
    add column translator boolean not null default false;

-- A member is told of a text's translation again only after reading the notice before.
create unique index notices_translated_once on notices (member_id, subject, kind) where kind in ('translated', 'outdated') and read_at is null;

-- +goose Down
drop index notices_translated_once;
alter table members drop column about, drop column about_html, drop column about_lang, drop column about_version, drop column translator;
alter table rooms drop column keep_inside;
alter table challenges drop column keep_inside;
alter table threads drop column title_version;
drop table translation_backfills, translation_usage, translation_revisions, translations;
