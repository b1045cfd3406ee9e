-- +goose Up
-- How much a member may write within an hour, by trust; 0: no bound. Who is proven and the staff have none.
alter table moderation_policy
    add column new_posts      int not null default 10 constraint moderation_policy_new_posts check (new_posts between 0 and 1000),
    add column regular_posts  int not null default 60 constraint moderation_policy_regular_posts check (regular_posts between 0 and 1000),
    add column new_linked     int not null default 5 constraint moderation_policy_new_linked check (new_linked between 0 and 100),
    add column regular_linked int not null default 30 constraint moderation_policy_regular_linked check (regular_linked between 0 and 100);

-- Few messages have a link out of the hub, so that writing the others costs one look at their HTML.
create index messages_linked on messages (author_id, id desc) where strpos(html, 'rel="nofollow') > 0;

-- +goose Down
drop index messages_linked;
alter table moderation_policy drop column regular_linked, drop column new_linked, drop column regular_posts, drop column new_posts;
