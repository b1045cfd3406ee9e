-- +goose Up
-- What was quoted of a post that is hidden is cut out of the posts that quoted it; the version before is withheld, and comes back
-- when the post is shown again.
create table quote_cuts (
    quoted_id bigint not null references posts,
    post_id   bigint not null,
    version   int not null,
    rewritten boolean not null,   -- the post read so when it was cut; else it had read so before
    primary key (quoted_id, post_id, version),
    foreign key (post_id, version) references post_revisions on delete cascade
);

-- +goose Down
drop table quote_cuts;
