-- When an account was given its first second factor: for some days after it, whoever reads its mails can say that it was
-- somebody else, and take it away.
alter table accounts add column first_factor_at timestamptz;
