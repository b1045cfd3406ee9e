-- +goose Up
-- Until when a member may not write, or not come in at all; the year 9999 is for ever. What ended by time stays as it is.
alter table members
    add column silenced_until  timestamptz,
    add column suspended_until timestamptz;

-- An appeal is made once against a decision, by whom it concerns. Its case says how it ended.
create table appeals (
    log_id    bigint primary key references moderation_log,
    member_id bigint not null references members,
    case_id   bigint not null references cases,
    text      text not null,
    lang      text not null default '',
    at        timestamptz not null default now()
);
create index appeals_member on appeals (member_id, log_id desc);
create index appeals_case on appeals (case_id);

-- +goose Down
drop table appeals;
alter table members drop column suspended_until, drop column silenced_until;
