-- +goose Up
-- Each row of the log carries the hash of the one before and its own, so that whoever changes, removes or slips in a row
-- breaks the chain; senet doctor walks it. Rows get their numbers and hashes one after the other: the head is locked until
-- the decision is committed.
alter table moderation_log add column prev_hash bytea, add column hash bytea;
create table moderation_head (
    one    boolean primary key default true check (one),
    log_id bigint not null,
    hash   bytea not null
);

-- What is hashed: every column as text, each with its length before it ("5:lock1"), "-" where there is none. Times are
-- microseconds since 1970.
-- +goose StatementBegin
create function moderation_field(v text) returns text language sql immutable as $$
    select case when v is null then '-' else octet_length(v) || ':' || v end
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create function moderation_row_hash(l moderation_log, prev bytea) returns bytea language sql immutable as $$
    select sha256(convert_to(concat(
        moderation_field(encode(prev, 'hex')), moderation_field(l.id::text),
        moderation_field((extract(epoch from l.at) * 1000000)::bigint::text), moderation_field(l.actor_id::text),
        moderation_field(l.action), moderation_field(l.aspect), moderation_field(l.subject_kind), moderation_field(l.subject_id::text),
        moderation_field(l.author_id::text), moderation_field(l.reason), moderation_field(l.data::text), moderation_field(l.undoes::text),
        moderation_field(l.rule_id::text), moderation_field(l.case_id::text)), 'UTF8'))
$$;
-- +goose StatementEnd

-- +goose StatementBegin
do $$
declare
    row moderation_log;
    before bytea := '';
    last bigint := 0;
begin
    alter table moderation_log disable trigger moderation_log_append_only;
    for row in select * from moderation_log order by id loop
        update moderation_log set prev_hash = before, hash = moderation_row_hash(row, before) where id = row.id returning hash into before;
        last := row.id;
    end loop;
    alter table moderation_log enable trigger moderation_log_append_only;
    insert into moderation_head (log_id, hash) values (last, before);
end $$;
-- +goose StatementEnd
alter table moderation_log alter column prev_hash set not null, alter column hash set not null;

-- +goose StatementBegin
create function moderation_log_chain() returns trigger language plpgsql as $$
declare
    head moderation_head;
begin
    select * into head from moderation_head for update;
    new.id := head.log_id + 1;
    new.prev_hash := head.hash;
    new.hash := moderation_row_hash(new, head.hash);
    update moderation_head set log_id = new.id, hash = new.hash;
    return new;
end $$;
-- +goose StatementEnd
create trigger moderation_log_chained before insert on moderation_log for each row execute function moderation_log_chain();

-- Nobody but the owner of the tables could take rows away in any case; nobody else shall be able to.
revoke update, delete, truncate on moderation_log from public;

-- +goose Down
drop trigger moderation_log_chained on moderation_log;
drop function moderation_log_chain;
drop function moderation_row_hash(moderation_log, bytea);
drop function moderation_field;
drop table moderation_head;
alter table moderation_log drop column hash, drop column prev_hash;
