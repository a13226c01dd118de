-- Who did what, one chain for each tenant: a row's hash covers its body, and the body names the hash before it.
create table audit.entry (
  tenant_id uuid not null,
  sequence int8 not null,
  id uuid not null unique,
  recorded_at timestamptz(3) not null,
  actor_id text not null,
  action text not null,
  target_type text not null,
  target_id text not null,
  outcome text not null check (outcome in ('done', 'read', 'refused')),
  -- RFC 8785 form, as it was hashed.
  body text not null,
  hash text not null,
  primary key (tenant_id, sequence)
);
create index entry_of_actor on audit.entry (tenant_id, actor_id, sequence);
create index entry_of_target on audit.entry (tenant_id, target_type, target_id, sequence);

-- The end of each chain; locked while an entry is added.
create table audit.head (
  tenant_id uuid primary key,
  sequence int8 not null,
  hash text not null
);

alter table audit.entry enable row level security;
alter table audit.entry force row level security;
create policy tenant on audit.entry
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table audit.head enable row level security;
alter table audit.head force row level security;
create policy tenant on audit.head
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);

grant usage on schema audit to stella_app;
grant select, insert on audit.entry to stella_app;
grant select, insert, update on audit.head to stella_app;
