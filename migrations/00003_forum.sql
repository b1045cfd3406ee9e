-- +goose Up
create table challenges (
    id           bigint generated always as identity primary key,
    slug         text not null constraint challenges_slug_taken unique,
    title_en     text not null default '',
    title_zh     text not null default '',
    summary_en   text not null default '',
    summary_zh   text not null default '',
    position     int not null default 0,
    archived_at  timestamptz,
    created_at   timestamptz not null default now()
);

create table threads (
    id           bigint generated always as identity primary key,
    challenge_id bigint not null references challenges,
    kind         text not null constraint threads_kind_known
                 check (kind in ('discussion', 'question', 'partners', 'barrier', 'announcement')),
    title        text not null,
    lang         text not null,                -- of the title
    slug         text not null default '',
    author_id    bigint not null references members,
    client_id    uuid not null,
    post_count   int not null default 0,       -- posts that are not hidden
    last_number  int not null default 0,       -- the highest number given to a post
    last_post_at timestamptz not null default now(),
    change       bigint not null default 0,    -- counts every change of the thread or its posts: what an open page watches
    created_at   timestamptz not null default now(),
    pinned_at    timestamptz,
    locked_at    timestamptz,
    hidden_at    timestamptz,                  -- set while the opening post is hidden
    constraint threads_client_id_taken unique (author_id, client_id)
);
create index threads_challenge_active on threads (challenge_id, last_post_at desc, id desc) where hidden_at is null;
create index threads_challenge_new on threads (challenge_id, id desc) where hidden_at is null;
create index threads_active on threads (last_post_at desc, id desc) where hidden_at is null;

create table posts (
    id          bigint generated always as identity primary key,
    thread_id   bigint not null references threads,
    number      int not null,                  -- 1 is the opening post; never reused
    author_id   bigint not null references members,
    client_id   uuid not null,
    body        text not null,                 -- Markdown, as written
    html        text not null,                 -- safe HTML of this version
    lang        text not null,
    version     int not null default 1,
    created_at  timestamptz not null default now(),
    edited_at   timestamptz,
    hidden_at   timestamptz,
    constraint posts_number_taken unique (thread_id, number),
    constraint posts_client_id_taken unique (author_id, client_id)
);
create index posts_author on posts (author_id, id desc);

create table post_revisions (
    post_id    bigint not null references posts,
    version    int not null,
    body       text not null,
    lang       text not null,
    editor_id  bigint not null references members,
    created_at timestamptz not null default now(),
    primary key (post_id, version)
);

create table post_reactions (
    post_id    bigint not null references posts,
    member_id  bigint not null references members on delete cascade,
    kind       text not null constraint post_reactions_kind_known check (kind in ('agree', 'thanks', 'insight')),
    created_at timestamptz not null default now(),
    primary key (post_id, member_id, kind)
);

create table bookmarks (
    member_id  bigint not null references members on delete cascade,
    post_id    bigint not null references posts,
    created_at timestamptz not null default now(),
    primary key (member_id, post_id)
);

create table thread_follows (
    member_id  bigint not null references members on delete cascade,
    thread_id  bigint not null references threads,
    created_at timestamptz not null default now(),
    primary key (member_id, thread_id)
);
create index thread_follows_thread on thread_follows (thread_id);

create table challenge_follows (
    member_id    bigint not null references members on delete cascade,
    challenge_id bigint not null references challenges,
    created_at   timestamptz not null default now(),
    primary key (member_id, challenge_id)
);
create index challenge_follows_challenge on challenge_follows (challenge_id);

create table drafts (
    member_id  bigint not null references members on delete cascade,
    place      text not null,                  -- 'thread:12', 'challenge:infection-amr', 'post:99'
    title      text not null default '',
    body       text not null default '',
    lang       text not null default '',
    kind       text not null default '',
    updated_at timestamptz not null default now(),
    primary key (member_id, place)
);

-- +goose Down
drop table drafts, challenge_follows, thread_follows, bookmarks, post_reactions, post_revisions, posts, threads, challenges;
