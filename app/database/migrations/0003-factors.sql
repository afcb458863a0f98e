-- What shows who somebody is beside the password; only what was shown to work stands here.
create table factors (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references accounts on delete cascade,
  kind text not null check (kind in ('totp', 'passkey')),
  name text not null default '' check (length(name) <= 100),
  created_at timestamptz not null default now(),
  used_at timestamptz,
  -- Of an authenticator app: encrypted, because it has to be readable again.
  secret bytea,
  -- Codes of this step of 30 seconds and of those before are used up.
  last_step int not null default 0,
  -- Of a passkey: its name among all passkeys, base64url, and how often it says that it signed.
  credential_id text unique,
  public_key bytea,
  counter bigint not null default 0,
  transports text[] not null default '{}',
  check ((kind = 'totp') = (secret is not null)),
  check ((kind = 'passkey') = (credential_id is not null and public_key is not null))
);
create index factors_of_account on factors (account_id);
create unique index one_totp_an_account on factors (account_id) where kind = 'totp';

-- For the day when the factor is lost; a code that was used is gone. 80 random bits need no slow hash.
create table recovery_codes (
  account_id uuid not null references accounts on delete cascade,
  code_hash bytea not null,
  made_at timestamptz not null default now(),
  primary key (account_id, code_hash)
);

-- Sign-ins with the right password whose second factor is due; they end with their session.
create table pending_sign_ins (
  id_hash bytea primary key references sessions on delete cascade,
  account_id uuid not null references accounts on delete cascade,
  generation int not null,
  tries_left int not null default 5,
  expires_at timestamptz not null default now() + interval '10 minutes'
);
create index pending_sign_ins_of_account on pending_sign_ins (account_id);

-- What a passkey has to sign, each once and in the session that asked for it.
create table challenges (
  challenge_hash bytea primary key,
  id_hash bytea not null references sessions on delete cascade,
  expires_at timestamptz not null default now() + interval '5 minutes'
);
create index challenges_of_session on challenges (id_hash);
create index challenges_by_end on challenges (expires_at);
