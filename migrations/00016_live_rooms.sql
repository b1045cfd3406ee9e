-- +goose Up
-- A room is the standing room of a challenge or the room of a workshop.
alter table rooms
    add column workshop_id         bigint constraint rooms_workshop_taken unique,
    add column title_en            text not null default '',     -- of a workshop's room; a challenge's bears the challenge's
    add column title_zh            text not null default '',
    add column topic_id            bigint references challenges,  -- what a workshop is about: whose glossary counts
    add column path                text not null default '',     -- of a workshop's room, without the locale: /w/12-title/room
    add column state               text not null default 'open' constraint rooms_state_known check (state in ('waiting', 'open', 'paused', 'ended')),
    add column slow_seconds        int not null default 0 constraint rooms_slow_bounded check (slow_seconds between 0 and 3600),
    add column hosts_only          boolean not null default false,
    add column anonymous_questions boolean not null default true,
    add column agenda_item         bigint,                       -- what is on now
    add column opened_at           timestamptz,
    add column ended_at            timestamptz,
    add column retention_days      int constraint rooms_retention_bounded check (retention_days between 1 and 3650),  -- after the end; null: kept
    add column erased_at           timestamptz,                  -- when retention emptied it
    add constraint rooms_belong check (num_nonnulls(challenge_id, workshop_id) = 1);

create table room_staff (
    room_id   bigint not null references rooms,
    member_id bigint not null references members on delete cascade,
    role      text not null constraint room_staff_role_known check (role in ('organiser', 'host', 'interpreter')),
    primary key (room_id, member_id)
);
create index room_staff_member on room_staff (member_id);

create table room_sanctions (
    room_id   bigint not null references rooms,
    member_id bigint not null references members on delete cascade,
    kind      text not null constraint room_sanctions_kind_known check (kind in ('muted', 'removed')),
    until     timestamptz,                       -- null: until it is taken back
    at        timestamptz not null default now(),
    primary key (room_id, member_id)
);

-- When somebody last said something in a room in slow mode; only such rooms write it.
create table room_pace (
    room_id   bigint not null references rooms,
    member_id bigint not null references members on delete cascade,
    said_at   timestamptz not null,
    primary key (room_id, member_id)
);

alter table messages
    add column version      int not null default 1,
    add column announcement boolean not null default false,
    add column reactions    jsonb not null default '{}',         -- {"thanks": 3}; counted here, so that a count in the log is exact
    add column withdrawn_at timestamptz,                         -- its author took it back; it is hidden as well
    add column pinned_at    timestamptz,
    add column decided_at   timestamptz;                         -- marked as a decision of the meeting
create index messages_key on messages (room_id, seq) where pinned_at is not null or decided_at is not null or announcement;

-- What an edited message was before.
create table message_revisions (
    message_id bigint not null references messages on delete cascade,
    version    int not null,
    body       text not null,
    lang       text not null,
    at         timestamptz not null default now(),   -- when it was replaced
    primary key (message_id, version)
);

create table message_reactions (
    message_id bigint not null references messages on delete cascade,
    member_id  bigint not null references members on delete cascade,
    kind       text not null,
    primary key (message_id, member_id, kind)
);

-- What an event is about when it is no message: a question, a poll, a hand; its kind tells which.
alter table room_events add column subject_id bigint;

create table questions (
    id         bigint generated always as identity primary key,
    room_id    bigint not null references rooms,
    author_id  bigint not null references members,
    client_id  uuid not null,
    anonymous  boolean not null default false,   -- nobody in the room is told whose it is
    body       text not null,
    html       text not null,
    lang       text not null,
    votes      int not null default 0,
    state      text not null default 'queued' constraint questions_state_known check (state in ('queued', 'live', 'answered', 'parked', 'merged')),
    into_id    bigint references questions,      -- of a merged one
    created_at timestamptz not null default now(),
    state_at   timestamptz,
    hidden_at  timestamptz,
    constraint questions_client_id_taken unique (author_id, client_id),
    constraint questions_merged check ((state = 'merged') = (into_id is not null))
);
create index questions_room on questions (room_id, id);
create index questions_into on questions (into_id) where into_id is not null;

create table question_votes (
    question_id bigint not null references questions on delete cascade,
    member_id   bigint not null references members on delete cascade,
    primary key (question_id, member_id)
);

create table polls (
    id         bigint generated always as identity primary key,
    room_id    bigint not null references rooms,
    author_id  bigint not null references members,
    client_id  uuid not null,
    kind       text not null constraint polls_kind_known check (kind in ('single', 'multiple', 'scale', 'cloud')),
    body       text not null,                    -- plain
    lang       text not null,
    results    text not null default 'live' constraint polls_results_known check (results in ('live', 'closed')),  -- when they are shown
    state      text not null default 'open' constraint polls_state_known check (state in ('open', 'closed')),
    voters     int not null default 0,
    created_at timestamptz not null default now(),
    closed_at  timestamptz,
    hidden_at  timestamptz,
    constraint polls_client_id_taken unique (author_id, client_id)
);
create index polls_room on polls (room_id, id);

create table poll_options (
    id        bigint generated always as identity primary key,
    poll_id   bigint not null references polls on delete cascade,
    position  int not null,
    body      text not null,                     -- plain; of a scale a number, of a cloud a word somebody sent
    lang      text not null,                     -- '' for what has none, as a number
    key       text not null,                     -- folded, so that a word is there once
    votes     int not null default 0,
    hidden_at timestamptz,
    constraint poll_options_key_taken unique (poll_id, key)
);

-- One row a member, so that changing one's mind is one statement and counts stay exact.
create table poll_ballots (
    poll_id   bigint not null references polls on delete cascade,
    member_id bigint not null references members on delete cascade,
    options   bigint[] not null,
    was       bigint[] not null default '{}',    -- before the last change
    primary key (poll_id, member_id)
);

create table hands (
    id        bigint generated always as identity primary key,
    room_id   bigint not null references rooms,
    member_id bigint not null references members on delete cascade,
    side      text not null,                     -- account.Region when it was raised
    state     text not null default 'raised' constraint hands_state_known check (state in ('raised', 'called', 'done', 'lowered')),
    raised_at timestamptz not null default now(),
    called_at timestamptz,
    ended_at  timestamptz
);
create unique index hands_once on hands (room_id, member_id) where state in ('raised', 'called');
create index hands_room on hands (room_id, id);

-- +goose Down
drop table hands, poll_ballots, poll_options, polls, question_votes, questions, message_reactions, message_revisions, room_pace, room_sanctions, room_staff;
alter table room_events drop column subject_id;
drop index messages_key;
alter table messages drop column version, drop column announcement, drop column reactions, drop column withdrawn_at, drop column pinned_at, drop column decided_at;
delete from room_events e using rooms r where r.id = e.room_id and r.challenge_id is null;
delete from messages m using rooms r where r.id = m.room_id and r.challenge_id is null;
delete from rooms where challenge_id is null;
alter table rooms drop constraint rooms_belong, drop column workshop_id, drop column topic_id, drop column title_en, drop column title_zh, drop column path,
    drop column state, drop column slow_seconds, drop column hosts_only, drop column anonymous_questions, drop column agenda_item,
    drop column opened_at, drop column ended_at, drop column retention_days, drop column erased_at;
