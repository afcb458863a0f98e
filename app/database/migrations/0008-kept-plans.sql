-- What every sign-in asks, in PL/pgSQL: Postgres 17 parses and plans a function in SQL anew with each statement that calls
-- it, and keeps the plans of these as long as the connection. They answer what they answered;
-- give_back_tries takes its rows in order, too.
create or replace function password_terms(address text, out account_id uuid, out generation int, out scheme text, out cost text, out salt bytea)
  language plpgsql stable security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
begin
  -- One statement for addresses with and without an account: it takes as long.
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
  select t.account_id, t.generation, t.scheme, t.cost, t.salt
  into account_id, generation, scheme, cost, salt
  from terms t order by rank limit 1;
end
$$;

create or replace function password_matches(account uuid, computed bytea) returns boolean
  language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  return exists (select from passwords p where p.account_id = account and sha256(p.digest) = sha256(computed));
end
$$;

create or replace function give_back_tries(keys text[], every_seconds int[]) returns void
  language plpgsql
as $$
begin
  -- In the order in which they are taken, or two wait for each other until Postgres ends one of them.
  perform from limits l where l.key = any (keys) order by l.key for update;
  update limits l set empty_at = l.empty_at - make_interval(secs => t.every)
  from unnest(keys, every_seconds) as t (key, every) where l.key = t.key;
end
$$;

create or replace function methods_of(account uuid) returns text[]
  language plpgsql stable
as $$
begin
  return (
    select case when factor.totp or factor.passkey then array_remove(array[
      case when factor.totp then 'totp' end,
      case when factor.passkey then 'passkey' end,
      case when exists (select from recovery_codes where account_id = account) then 'recovery-code' end
    ], null) else '{}' end
    from (
      select coalesce(bool_or(kind = 'totp'), false) as totp, coalesce(bool_or(kind = 'passkey'), false) as passkey
      from factors where account_id = account
    ) factor
  );
end
$$;

-- Somebody signs in: the browser is remembered, the history has it. Whether the browser is new to the account and whether
-- anybody came before decide on a mail. Nothing without an account.
create function arrive(account uuid, token bytea, device text, network text, out fresh boolean, out others boolean, out email text, out role text)
  language plpgsql
as $$
#variable_conflict use_column
begin
  if account is null then
    return;
  end if;
  select a.email, a.role, exists (select from history h where h.account_id = a.id and h.event = 'signed-in')
    into email, role, others from accounts a where a.id = account;
  insert into devices (account_id, token_hash, label) values (account, token, device)
    on conflict (account_id, token_hash) do update set seen_at = now(), label = excluded.label
    returning xmax = 0 into fresh;
  insert into history (account_id, event, device, network) values (account, 'signed-in', device, network);
end
$$;

revoke all on all functions in schema public from public;
grant execute on all functions in schema public to app;
