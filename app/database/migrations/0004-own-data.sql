-- Moves of an account to another address: asked for until somebody who reads the mails of the new one confirms it,
-- then undoable by whoever reads those of the old one. A later move has a higher id; the undoing of one undoes all later.
create table address_changes (
  id bigint generated always as identity primary key,
  account_id uuid not null references accounts on delete cascade,
  -- Where the account is to go.
  email text not null check (email ~ '^[!-~]+@[!-~]+$' and length(email) <= 254),
  -- Where it came from; none until the move is confirmed.
  former text,
  created_at timestamptz not null default now(),
  -- Until when it can be confirmed; once it is, until when it can be undone.
  expires_at timestamptz not null
);
create unique index address_changes_asked on address_changes (account_id) where former is null;
create index address_changes_of_account on address_changes (account_id, id);
create index address_changes_by_former on address_changes (lower(former));

-- The move that a mailed code confirms or undoes; gone with it.
alter table links add column change_id bigint references address_changes on delete cascade;
create index links_of_change on links (change_id) where change_id is not null;

-- When a password was chosen is its owner's to know; the rest of the row is nobody's.
create function password_changed_at(account uuid) returns timestamptz
  language sql stable security definer set search_path = public, pg_temp
  as 'select p.changed_at from passwords p where p.account_id = account';

-- What is due by its own date and by nothing else: neither can be told to erase somebody.
create function erase_leaving() returns int
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  erased int;
begin
  -- All that is kept of an account hangs on its row and goes with it.
  delete from accounts where status = 'leaving' and erase_at <= now();
  get diagnostics erased = row_count;
  return erased;
end
$$;

create function forget_old_history() returns int
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  forgotten int;
begin
  delete from history where at < now() - interval '2 years';
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
create index history_by_end on history (at);

revoke all on all functions in schema public from public;
grant execute on all functions in schema public to app;
