-- The day of an erasure is not the service's to choose: 14 days from the moment at which an account begins to leave.
create function set_day_of_erasure() returns trigger
  language plpgsql
as $$
begin
  if new.status <> 'leaving' then
    new.erase_at := null;
  elsif current_user = 'app' then
    new.erase_at := case old.status when 'leaving' then old.erase_at else now() + interval '14 days' end;
  end if;
  return new;
end
$$;
-- After accounts_keep_disabled, in the order of their names: what it makes of a status is what counts here.
create trigger accounts_set_day_of_erasure before update on accounts
  for each row execute function set_day_of_erasure();

revoke all on all functions in schema public from public;
grant execute on all functions in schema public to app;
