-- A clock that was ahead dates buckets into a time to come. None counts as fuller than full, so that nobody waits longer
-- than for one more, and the next try puts the date right.
create or replace function take_tries(keys text[], every_seconds int[], capacities float8[]) returns float8
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
    on conflict (key) do update set empty_at = (excluded.empty_at - now()) + least(
      greatest(l.empty_at, now()),
      now() + (select make_interval(secs => asked.capacity) from asked where asked.key = excluded.key))
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
