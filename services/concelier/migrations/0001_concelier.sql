-- Upstream records as received. Insert only: an application can neither change nor remove one.
create table concelier.observation (
  tenant_id uuid not null,
  -- Of the record's bytes.
  digest text collate "C" not null,
  advisory_id text collate "C" not null,
  source text not null,
  -- RFC 3339 in UTC with milliseconds: orders as text.
  modified text collate "C" not null,
  is_withdrawn boolean not null,
  aliases jsonb not null,
  summary text,
  -- The first 200 of them.
  packages jsonb not null,
  package_count int4 not null,
  -- Where the bytes are: a slice of an object.
  pack text not null,
  pack_offset int4 not null,
  size_bytes int4 not null,
  received_at timestamptz(3) not null,
  primary key (tenant_id, digest)
);
create index observation_by_id on concelier.observation (tenant_id, advisory_id, digest);

-- Id, aliases and the one CVE that a distribution's record is about.
create table concelier.observation_name (
  tenant_id uuid not null,
  name text collate "C" not null,
  digest text collate "C" not null,
  primary key (tenant_id, name, digest),
  foreign key (tenant_id, digest) references concelier.observation
);
create index observation_name_by_digest on concelier.observation_name (tenant_id, digest);

create table concelier.observation_package (
  tenant_id uuid not null,
  ecosystem text collate "C" not null,
  -- As it is looked up: normalised by the rules of its ecosystem.
  name text collate "C" not null,
  digest text collate "C" not null,
  primary key (tenant_id, ecosystem, name, digest),
  foreign key (tenant_id, digest) references concelier.observation
);
create index observation_package_by_name on concelier.observation_package (tenant_id, name);

-- One row a tenant: counts changes of its observations, so that a snapshot can say which state it stands for.
create table concelier.feed (
  tenant_id uuid primary key,
  version int8 not null,
  snapshot_version int8 not null
);

create table concelier.snapshot (
  tenant_id uuid not null,
  id uuid not null,
  -- Of the set of records. The same set has a second row when a later release orders versions otherwise.
  digest text not null,
  index_digest text not null,
  records int4 not null,
  size_bytes int8 not null,
  created_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, digest, index_digest)
);

-- Files of watched folders as they were when they were read.
create table concelier.watched_file (
  tenant_id uuid not null,
  -- A path can be longer than a key may be.
  path_digest text not null,
  path text not null,
  size_bytes int8 not null,
  modified_ms float8 not null,
  content_digest text not null,
  -- Why it could not be taken; it is tried again when it changes.
  fault text,
  primary key (tenant_id, path_digest)
);

alter table concelier.observation enable row level security;
alter table concelier.observation force row level security;
create policy tenant on concelier.observation
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table concelier.observation_name enable row level security;
alter table concelier.observation_name force row level security;
create policy tenant on concelier.observation_name
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table concelier.observation_package enable row level security;
alter table concelier.observation_package force row level security;
create policy tenant on concelier.observation_package
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table concelier.feed enable row level security;
alter table concelier.feed force row level security;
create policy tenant on concelier.feed
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table concelier.snapshot enable row level security;
alter table concelier.snapshot force row level security;
create policy tenant on concelier.snapshot
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
-- The age of each tenant's newest snapshot is a metric.
create policy relay on concelier.snapshot to stella_relay using (true);
alter table concelier.watched_file enable row level security;
alter table concelier.watched_file force row level security;
create policy tenant on concelier.watched_file
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);

grant usage on schema concelier to stella_app, stella_relay;
grant select, insert on concelier.observation to stella_app;
grant select, insert on concelier.observation_name to stella_app;
grant select, insert on concelier.observation_package to stella_app;
grant select, insert, update on concelier.feed to stella_app;
grant select, insert on concelier.snapshot to stella_app;
grant select on concelier.snapshot to stella_relay;
grant select, insert, update on concelier.watched_file to stella_app;
