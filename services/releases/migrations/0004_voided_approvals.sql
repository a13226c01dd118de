-- Why an approval no longer counts, and since when. Both null while it counts, and of those voided before this was kept.
alter table releases.approval
  add column void_code text check (void_code in ('right_lost', 'duties', 'changed', 'blocked', 'withdrawn')),
  add column voided_at timestamptz(3),
  add check ((void_code is null) = (voided_at is null)),
  add check (void_code is null or not is_valid);
grant update (void_code, voided_at) on releases.approval to stella_app;
