-- Since when an admin keeps the account out. It outlives other states, so that no mailed link lets somebody back in: an
-- account that is kept from being erased is disabled again. Only whoever takes this date away enables the account.
alter table accounts add column disabled_at timestamptz;

create function keep_disabled() returns trigger
  language plpgsql set search_path = public, pg_temp
as $$
begin
  if new.status = 'disabled' then
    new.disabled_at := coalesce(new.disabled_at, now());
  elsif new.status = 'active' and new.disabled_at is not null then
    new.status := 'disabled';
  end if;
  return new;
end
$$;
create trigger accounts_keep_disabled before insert or update on accounts
  for each row execute function keep_disabled();

-- Beginnings are searched for in the order of their bytes: https://www.postgresql.org/docs/17/release-15.html
create index accounts_by_email on accounts (email_key collate "C");
create index accounts_by_name on accounts (lower(name) collate "C");
create index admins on accounts (id) where role = 'admin';

-- What the numbers of a day are counted from.
create index history_by_age on history (at) where event in ('account-created', 'signed-in', 'sign-in-failed');

-- Passwords that moved in from elsewhere take longer to check than ours. Lest the time tells who has an account, an
-- address without one takes as long as some account does, always the same: the one whose id follows the address's hash.
-- The key is nobody's to read, so that nobody can tell which addresses are neighbours.
create table decoys (key bytea not null);
insert into decoys values (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
revoke all on decoys from app;

create or replace function password_terms(address text, out account_id uuid, out generation int, out scheme text, out cost text, out salt bytea)
  language sql stable security definer set search_path = public, pg_temp
as $$
  with place as (
    select left(encode(sha256(key || convert_to(lower(address), 'UTF8')), 'hex'), 32)::uuid as id from decoys
  ), terms as (
    select 1 as rank, case a.status when 'active' then a.id end as account_id, a.generation, p.scheme, p.cost, p.salt
    from accounts a join passwords p on p.account_id = a.id where a.email_key = lower(address)
    union all
    (select 2, null, 0, p.scheme, p.cost, sha256(p.salt) from passwords p
     where p.account_id >= (select id from place) order by p.account_id limit 1)
    union all
    (select 3, null, 0, p.scheme, p.cost, sha256(p.salt) from passwords p order by p.account_id limit 1)
  )
  select account_id, generation, scheme, cost, salt from terms order by rank limit 1
$$;

revoke all on all functions in schema public from public;
grant execute on all functions in schema public to app;
