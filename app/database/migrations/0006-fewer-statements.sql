-- What a sign-in asks for in one statement instead of two or three, and with less to write.

-- Each try changes the very column that this index is on, so that every index had to be written to; who sweeps reads a
-- small table every five minutes. With room in each page a row stays where it is.
drop index limits_by_end;
alter table limits set (fillfactor = 50);

-- Numbers are counted along history_by_age, which has only what they count.
drop index history_by_event;

-- Takes one of each bucket; how many seconds to wait where one was empty, and then none is taken: what was refused is
-- not counted, or whoever goes on trying would never come in again.
create function take_tries(keys text[], every_seconds int[], capacities float8[]) returns float8
  language plpgsql
as $$
declare
  wait float8;
begin
  with asked as (
    select * from unnest(keys, every_seconds, capacities) as t (key, every, capacity)
  ), taken as (
    insert into limits as l (key, empty_at)
    -- In one order, lest two wait for each other.
    select key, now() + make_interval(secs => every) from asked order by key
    on conflict (key) do update set empty_at = greatest(l.empty_at, now()) + (excluded.empty_at - now())
    returning key, empty_at
  )
  select max(extract(epoch from empty_at - now())::float8 - capacity) into wait from taken join asked using (key);
  if wait <= 0 then
    return 0;
  end if;
  perform give_back_tries(keys, every_seconds);
  return wait;
end
$$;

-- Undoes a take: the try was a good one.
create function give_back_tries(keys text[], every_seconds int[]) returns void
  language sql
  as 'update limits l set empty_at = l.empty_at - make_interval(secs => t.every)
      from unnest(keys, every_seconds) as t (key, every) where l.key = t.key';

-- How somebody can show a second factor, in the order in which it is asked for; nothing where the account has none.
create function methods_of(account uuid) returns text[]
  language sql stable
as $$
  select case when factor.totp or factor.passkey then array_remove(array[
    case when factor.totp then 'totp' end,
    case when factor.passkey then 'passkey' end,
    case when exists (select from recovery_codes where account_id = account) then 'recovery-code' end
  ], null) else '{}' end
  from (
    select coalesce(bool_or(kind = 'totp'), false) as totp, coalesce(bool_or(kind = 'passkey'), false) as passkey
    from factors where account_id = account
  ) factor
$$;

revoke all on all functions in schema public from public;
grant execute on all functions in schema public to app;
