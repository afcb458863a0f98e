-- Two who activate one address at once each held the row of their own code and wanted the other's, until Postgres ended
-- one of them a second later. Now whoever comes second waits at the first row, and finds that there is an account.
create index sign_ups_by_address on sign_ups (lower(email));

create or replace function activate(code_hash bytea) returns uuid
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  address text;
  wish sign_ups;
  made uuid;
begin
  select lower(email) into address from sign_ups where token_hash = code_hash and expires_at > now();
  perform from sign_ups where lower(email) = address order by id for update;
  delete from sign_ups where token_hash = code_hash and expires_at > now() returning * into wish;
  if not found then
    return null;
  end if;
  insert into accounts (email, name) values (wish.email, wish.name)
    on conflict (email_key) do nothing returning id into made;
  if made is null then
    return null;
  end if;
  insert into passwords (account_id, scheme, cost, salt, digest)
    values (made, wish.scheme, wish.cost, wish.salt, wish.digest);
  -- Whoever else asked for this address did not show that it is theirs.
  delete from sign_ups where lower(email) = address;
  return made;
end
$$;
