-- +goose Up
-- The rules of the hub, which are also the categories of reports. A rule without words of its own has those that the
-- program brings for its key.
create table rules (
    id          bigint generated always as identity primary key,
    key         text not null unique,              -- as the API names it
    title_en    text not null default '',
    title_zh    text not null default '',
    text_en     text not null default '',
    text_zh     text not null default '',
    urgency     smallint not null check (urgency between 0 and 3), -- 3: somebody is in danger
    position    int not null,
    archived_at timestamptz                        -- no longer to be chosen
);
insert into rules (key, urgency, position) values
    ('danger', 3, 1), ('illegal', 3, 2), ('personal_data', 2, 3), ('abuse', 2, 4), ('misinformation', 2, 5), ('spam', 1, 6),
    ('off_topic', 0, 7), ('other', 0, 8);

-- A case is everything that waits for a moderator about one subject: at most one is open for each.
create table cases (
    id            bigint generated always as identity primary key,
    subject_kind  text not null,                   -- post, message, question, poll, thread, member; decision when it is appealed against
    subject_id    bigint not null,
    locale        text not null default '',        -- of the translation that it is about; '' the text itself
    kind          text not null,                   -- report, first, held, appeal: the strongest cause
    author_id     bigint references members,       -- whose the subject is
    challenge_id  bigint references challenges,    -- where it stands
    lang          text not null default '',        -- of the subject
    urgency       smallint not null,
    report_count  int not null default 0,
    opened_at     timestamptz not null default now(),
    seen_at       timestamptz,                     -- when a moderator first opened it
    claimed_by    bigint references members,
    claimed_until timestamptz,
    closed_at     timestamptz,
    log_id        bigint references moderation_log -- the decision that closed it; null while open, or when the subject was erased
);
create unique index cases_open on cases (subject_kind, subject_id, locale) where closed_at is null;
-- The queue goes by urgency, the highest first, and then by age; the sign turns the first so that one comparison of rows
-- finds the place of a page.
create index cases_queue on cases ((-urgency), id) where closed_at is null;
create index cases_queue_challenge on cases (challenge_id, (-urgency), id) where closed_at is null;
create index cases_queue_kind on cases (kind, (-urgency), id) where closed_at is null;
create index cases_queue_lang on cases (lang, (-urgency), id) where closed_at is null;
create index cases_claimed on cases (claimed_by) where closed_at is null and claimed_by is not null;
create index cases_author on cases (author_id, id desc);
create index cases_closed on cases (closed_at) where closed_at is not null;
create index cases_log on cases (log_id);
create index cases_opened on cases (opened_at);

create table reports (
    id          bigint generated always as identity primary key,
    case_id     bigint not null references cases,
    reporter_id bigint references members,         -- null: a filter of the hub
    rule_id     bigint not null references rules,
    text        text not null default '',          -- in the reporter's words
    lang        text not null default '',
    at          timestamptz not null default now(),
    constraint reports_once unique (case_id, reporter_id)
);
create index reports_at on reports (at);
create index reports_reporter on reports (reporter_id, id desc);

-- Which rule a decision applies, and which case it came from when that is about something else: a member is silenced for
-- a post.
alter table moderation_log add column rule_id bigint references rules, add column case_id bigint references cases;
create index moderation_log_at on moderation_log (at);
create index moderation_log_author on moderation_log (author_id, id desc) where author_id is not null;

-- +goose Down
alter table moderation_log drop column case_id, drop column rule_id;
drop index moderation_log_at;
drop index if exists moderation_log_author;
drop table reports, cases, rules;
