create table sessions (
  -- SHA-256 of the id in the cookie: who reads this table can't sign in with it.
  id_hash bytea primary key,
  -- What people and programs name it by; tells nothing of the id.
  handle uuid not null unique default gen_random_uuid(),
  -- None while the second factor is still due.
  account_id uuid references accounts on delete cascade,
  generation int not null default 0,
  created_at timestamptz not null default now(),
  used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- When its person last showed who they are; what matters asks for ten minutes at most.
  confirmed_at timestamptz,
  -- The same, by a second factor.
  factor_at timestamptz,
  device text not null default '',
  network text not null default '',
  -- Whatever a sign-in that is under way has to remember.
  content jsonb not null default '{}'
);
create index sessions_of_account on sessions (account_id, used_at desc);
create index sessions_by_end on sessions (expires_at);

-- Browsers from which an account was signed in to: a new one is told of by mail, and a known one has tries of its own,
-- so that a stranger who guesses can't keep the owner out.
create table devices (
  account_id uuid not null references accounts on delete cascade,
  token_hash bytea not null,
  label text not null default '',
  first_seen_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  primary key (account_id, token_hash)
);

-- Codes that were mailed: each for one purpose, once, hashed.
create table links (
  token_hash bytea primary key,
  purpose text not null,
  account_id uuid not null references accounts on delete cascade,
  -- Of codes of a second factor, for what asks for one.
  tries_left int not null default 5,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index links_of_account on links (account_id, purpose);
create index links_by_end on links (expires_at);

-- Leaky buckets: the moment at which each would be empty again.
create unlogged table limits (
  key text primary key,
  empty_at timestamptz not null
);
create index limits_by_end on limits (empty_at);

-- What happened to an account, for its owner and for admins; rows are added, never changed.
create table history (
  id bigint generated always as identity primary key,
  account_id uuid not null references accounts on delete cascade,
  at timestamptz not null default now(),
  event text not null,
  -- The admin who did it, where it was not the owner.
  actor_id uuid,
  device text not null default '',
  network text not null default '',
  details jsonb not null default '{}'
);
create index history_of_account on history (account_id, id desc);
create index history_by_event on history (event, at);
revoke update, delete, truncate on history from app;

-- Mail to be sent. No secret lies here: a code is made when its mail is.
create table outbox (
  id uuid primary key default gen_random_uuid(),
  template text not null,
  recipient text not null,
  account_id uuid references accounts on delete cascade,
  details jsonb not null default '{}',
  created_at timestamptz not null default now(),
  -- Not before; also until when a sender has taken it.
  due_at timestamptz not null default now(),
  tries int not null default 0,
  last_error text
);
create index outbox_by_due on outbox (due_at);

grant execute on all functions in schema public to app;
