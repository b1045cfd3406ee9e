-- +goose Up
-- Who moderates one challenge: its threads, and the rooms under it. Moderators of the whole hub have the role instead.
create table challenge_moderators (
    member_id    bigint not null references members on delete cascade,
    challenge_id bigint not null references challenges on delete cascade,
    since        timestamptz not null default now(),
    primary key (member_id, challenge_id)
);
create index challenge_moderators_challenge on challenge_moderators (challenge_id);

-- Whoever moderates a challenge runs its rooms as a host does, unless the room gives them a role of its own.
create view room_roles as
    select room_id, member_id, role from room_staff
    union all
    select r.id, cm.member_id, 'host' from challenge_moderators cm
    join rooms r on coalesce(r.challenge_id, r.topic_id) = cm.challenge_id
    where not exists (select from room_staff st where st.room_id = r.id and st.member_id = cm.member_id);

-- +goose Down
drop view room_roles;
drop table challenge_moderators;
