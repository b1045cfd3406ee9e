-- +goose Up
create table workshops (
    id                bigint generated always as identity primary key,
    client_id         uuid not null,
    organiser_id      bigint not null references members,  -- who made it; who runs it is in room_staff, of a draft in workshop_drafters
    series_id         uuid,                                -- of those that were made at once
    kind              text not null constraint workshops_kind_known check (kind in ('workshop', 'roadshow', 'webinar', 'partnering')),
    state             text not null default 'draft' constraint workshops_state_known check (state in ('draft', 'announced', 'cancelled')),
    challenge_id      bigint references challenges,
    title_en          text not null default '',
    title_zh          text not null default '',
    summary_en        text not null default '',
    summary_zh        text not null default '',
    description_en    text not null default '',
    description_zh    text not null default '',
    html_en           text not null default '',            -- of the descriptions
    html_zh           text not null default '',
    slug              text not null default '',
    place             text not null default '',
    link              text not null default '',            -- of a meeting elsewhere; for those who are registered
    zone              text not null,                       -- IANA: the zone in which the times were written
    starts_at         timestamptz not null,
    ends_at           timestamptz not null,
    capacity          int constraint workshops_capacity_bounded check (capacity between 1 and 100000),  -- null: no limit
    keep_inside       boolean not null default false,
    retention_days    int not null default 0 constraint workshops_retention_bounded check (retention_days between 0 and 3650),  -- 0: kept
    version           int not null default 1,              -- counts changes; the SEQUENCE of calendar files
    outcome_thread_id bigint references threads,
    cancel_reason     text not null default '',
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    constraint workshops_client_id_taken unique (organiser_id, client_id),
    constraint workshops_end_after_start check (ends_at > starts_at)
);
create index workshops_by_start on workshops (starts_at, id);
create index workshops_by_end on workshops (ends_at, id);
create index workshops_challenge on workshops (challenge_id, starts_at) where challenge_id is not null;

-- Before it is announced an event has no room, and so its staff are here; announcing it moves them to the room.
create table workshop_drafters (
    workshop_id bigint not null references workshops on delete cascade,
    member_id   bigint not null references members on delete cascade,
    role        text not null constraint workshop_drafters_role_known check (role in ('organiser', 'host', 'interpreter')),
    primary key (workshop_id, member_id)
);

create table workshop_items (
    id          bigint generated always as identity primary key,
    workshop_id bigint not null references workshops on delete cascade,
    position    int not null,
    starts_min  int not null,                              -- minutes after the start of the event
    minutes     int not null,
    title_en    text not null default '',
    title_zh    text not null default '',
    speaker     text not null default ''
);
create index workshop_items_workshop on workshop_items (workshop_id);

create table workshop_speakers (
    id          bigint generated always as identity primary key,
    workshop_id bigint not null references workshops on delete cascade,
    position    int not null,
    name        text not null,
    affiliation text not null default '',
    role_en     text not null default '',                  -- in a line: chairs the session
    role_zh     text not null default '',
    member_id   bigint references members on delete set null
);
create index workshop_speakers_workshop on workshop_speakers (workshop_id);

create table workshop_registrations (
    workshop_id bigint not null references workshops on delete cascade,
    member_id   bigint not null references members on delete cascade,
    state       text not null constraint workshop_registrations_state_known check (state in ('registered', 'waiting')),
    place       bigint generated always as identity,       -- the order of coming
    at          timestamptz not null default now(),
    primary key (workshop_id, member_id)
);
create index workshop_registrations_order on workshop_registrations (workshop_id, state, place);
create index workshop_registrations_member on workshop_registrations (member_id);

-- What was done at its time, so that it is done once, however often an event is moved to and fro.
create table workshop_moments (
    workshop_id bigint not null references workshops on delete cascade,
    moment      text not null,
    of          timestamptz not null,                      -- the start, or the end, that it belongs to
    done_at     timestamptz not null default now(),
    primary key (workshop_id, moment, of)
);

-- The secret address of a member's own calendar.
create table calendar_tokens (
    member_id  bigint primary key references members on delete cascade,
    token_hash bytea not null constraint calendar_tokens_hash_taken unique,
    created_at timestamptz not null default now()
);

-- +goose Down
drop table calendar_tokens, workshop_moments, workshop_registrations, workshop_speakers, workshop_items, workshop_drafters, workshops;
