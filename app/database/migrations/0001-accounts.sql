-- Run as the role that owns the tables. The service works as the role "app", which was granted rows of every table by
-- default; what it may not do is taken away again beside each table.

create table accounts (
  id uuid primary key default gen_random_uuid(),
  -- As it was typed; ASCII only, so that no two addresses look alike.
  email text not null check (email ~ '^[!-~]+@[!-~]+$' and length(email) <= 254),
  email_key text generated always as (lower(email)) stored unique,
  name text not null default '' check (length(name) <= 200),
  role text not null default 'member' check (role in ('member', 'admin')),
  -- leaving: to be erased at erase_at, unless its owner thinks better of it.
  status text not null default 'active' check (status in ('active', 'disabled', 'leaving')),
  created_at timestamptz not null default now(),
  -- Raised whenever sessions are ended: those of an earlier one are dead, even one that is only just being written.
  generation int not null default 0,
  erase_at timestamptz check ((erase_at is not null) = (status = 'leaving'))
);
create index accounts_by_age on accounts (created_at, id);
revoke delete on accounts from app;

-- Nobody reads a digest: the service asks for the salt, computes, and asks whether it matches.
create table passwords (
  account_id uuid primary key references accounts on delete cascade,
  scheme text not null check (scheme in ('argon2id', 'pbkdf2_sha256')),
  -- m=19456,t=2,p=1 or the number of iterations
  cost text not null,
  salt bytea not null,
  digest bytea not null,
  changed_at timestamptz not null default now()
);
revoke all on passwords from app;

create function password_terms(address text, out account_id uuid, out generation int, out scheme text, out cost text, out salt bytea)
  language sql stable security definer set search_path = public, pg_temp
  as 'select a.id, a.generation, p.scheme, p.cost, p.salt from accounts a join passwords p on p.account_id = a.id
      where a.email_key = lower(address) and a.status = ''active''';

create function password_terms_of(account uuid, out scheme text, out cost text, out salt bytea)
  language sql stable security definer set search_path = public, pg_temp
  as 'select p.scheme, p.cost, p.salt from passwords p where p.account_id = account';

-- Digests of secrets are compared; how far they agree can't be measured through a hash of both.
create function password_matches(account uuid, computed bytea) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as 'select exists (select from passwords p where p.account_id = account and sha256(p.digest) = sha256(computed))';

create function set_password(account uuid, scheme text, cost text, salt bytea, digest bytea) returns void
  language sql security definer set search_path = public, pg_temp
  as 'insert into passwords (account_id, scheme, cost, salt, digest) values (account, scheme, cost, salt, digest)
      on conflict (account_id) do update
      set (scheme, cost, salt, digest, changed_at) = row (excluded.scheme, excluded.cost, excluded.salt, excluded.digest, now())';

-- People who asked for an account and have not shown yet that the address is theirs. Several may ask for one address.
create table sign_ups (
  id uuid primary key default gen_random_uuid(),
  email text not null check (email ~ '^[!-~]+@[!-~]+$' and length(email) <= 254),
  name text not null default '' check (length(name) <= 200),
  scheme text not null,
  cost text not null,
  salt bytea not null,
  digest bytea not null,
  -- Of the code that was mailed; none until the mail is sent.
  token_hash bytea unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sign_ups_by_end on sign_ups (expires_at);
-- Its columns that tell anything of the password are written once and read by nobody.
revoke select, update on sign_ups from app;
grant select (id, email, name, token_hash, created_at, expires_at), update (token_hash, expires_at) on sign_ups to app;

-- The code of a sign-up becomes an account, once; null where the code means nothing or the address has an account.
create function activate(code_hash bytea) returns uuid
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  wish sign_ups;
  made uuid;
begin
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
  delete from sign_ups where lower(email) = lower(wish.email);
  return made;
end
$$;

revoke all on all functions in schema public from public;
grant execute on all functions in schema public to app;
