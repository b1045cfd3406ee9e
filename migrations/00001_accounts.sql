-- +goose Up
create table members (
    id            bigint generated always as identity primary key,
    name          text not null constraint members_name_shape check (length(name) between 1 and 120),
    handle        text not null,               -- as shown: AnnaWeber, 李云龙
    handle_key    text not null constraint members_handle_taken unique,   -- folded: what mentions and sign-in look up
    email         text,
    email_key     text constraint members_email_taken unique,             -- lower case
    password_hash text,                        -- argon2id, PHC string; null: cannot sign in by password
    locale        text not null default 'en',
    time_zone     text not null default 'UTC',
    region        text not null default 'other' constraint members_region_known check (region in ('eu', 'cn', 'other')),
    affiliation   text not null default '',
    role          text not null default 'member' constraint members_role_known check (role in ('member', 'moderator', 'admin')),
    consented_at  timestamptz,
    created_at    timestamptz not null default now()
);

create table sessions (
    id           bigint generated always as identity primary key,
    token_hash   bytea not null constraint sessions_token_unique unique,  -- sha-256; the token itself is never stored
    member_id    bigint not null references members on delete cascade,
    user_agent   text not null default '',
    address      text not null default '',
    created_at   timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at   timestamptz not null
);
create index sessions_member on sessions (member_id);

create table api_tokens (
    id         bigint generated always as identity primary key,
    token_hash bytea not null constraint api_tokens_token_unique unique,
    member_id  bigint not null references members on delete cascade,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);
create index api_tokens_member on api_tokens (member_id);

-- One-time links: the first administrator of an empty hub.
create table setup_links (
    token_hash bytea primary key,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at    timestamptz
);

-- Failed sign-ins, counted per account and per address; pruned as it is read.
create table sign_in_failures (
    subject text not null,                     -- 'account:<key>' or 'address:<ip>'
    at      timestamptz not null default now()
);
create index sign_in_failures_subject on sign_in_failures (subject, at);

-- +goose Down
drop table sign_in_failures, setup_links, api_tokens, sessions, members;
