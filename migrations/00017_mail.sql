-- +goose Up
-- Letters to members. What they say is put into words when they are sent and is not kept.
create table mail_letters (
    id         bigint generated always as identity primary key,
    member_id  bigint not null references members on delete cascade,
    kind       text not null,                  -- mail.Kind: how it is put into words
    topic      text not null,                  -- mail.Group: what members turn off at once
    subject    text not null,                  -- what it is about: 'workshop:7', 'notice:99'
    moment     text not null default '',       -- tells one occasion from the next: a version, a start
    data       jsonb not null default 'null',  -- ids and values; never what a member wrote
    not_before timestamptz not null,
    not_after  timestamptz not null,
    state      text not null default 'waiting' constraint mail_letters_state_known check (state in ('waiting', 'sent', 'dropped', 'failed')),
    attempts   int not null default 0,         -- that failed
    outcome    text not null default '',       -- why it was dropped or has failed; what went wrong last
    created_at timestamptz not null default now(),
    done_at    timestamptz,                    -- when it was sent, dropped or given up
    constraint mail_letters_once unique (member_id, kind, subject, moment)
);
create index mail_letters_sent on mail_letters (member_id, topic, done_at) where state = 'sent';
create index mail_letters_done on mail_letters (done_at) where done_at is not null;
create index mail_letters_waiting on mail_letters (not_after) where state = 'waiting';

-- Which mail a member wants; no row: what is usual for the topic.
create table mail_choices (
    member_id bigint not null references members on delete cascade,
    topic     text not null,
    wanted    boolean not null,
    at        timestamptz not null default now(),
    primary key (member_id, topic)
);

-- What links in letters are signed with, made once and for good.
create table mail_keys (
    id     int primary key default 1 constraint mail_keys_one check (id = 1),
    secret bytea not null
);
insert into mail_keys (secret) values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

-- +goose Down
drop table mail_keys, mail_choices, mail_letters;
