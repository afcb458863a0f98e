-- Keeps a password under newer terms, unless it was changed since it was computed: the old one would come back.
create function renew_password(account uuid, computed bytea, scheme text, cost text, salt bytea, digest bytea) returns void
  language sql security definer set search_path = public, pg_temp
  as 'update passwords p set (scheme, cost, salt, digest) = row (renew_password.scheme, renew_password.cost, renew_password.salt, renew_password.digest)
      where p.account_id = account and sha256(p.digest) = sha256(computed)';

revoke all on function renew_password from public;
grant execute on function renew_password to app;
