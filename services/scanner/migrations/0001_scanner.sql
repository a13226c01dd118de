-- Images by the digest of their platform manifest; one row a tenant and image, whatever it was scanned from.
create table scanner.image (
  tenant_id uuid not null,
  digest text not null,
  name text not null,
  platform text,
  index_digest text,
  config_digest text,
  origin text not null check (origin in ('scan', 'sbom')),
  inventory_digest text not null,
  -- The document as it was uploaded.
  sbom_digest text,
  components int4 not null,
  gaps int4 not null,
  size_bytes int8,
  first_seen_at timestamptz(3) not null,
  scanned_at timestamptz(3) not null,
  primary key (tenant_id, digest),
  check ((origin = 'sbom') = (sbom_digest is not null))
);
create index image_by_time on scanner.image (tenant_id, scanned_at, digest);

-- Other digests that the world knows an image by: its config, and every index that led to it. An index leads to several.
create table scanner.image_alias (
  tenant_id uuid not null,
  alias text not null,
  digest text not null,
  primary key (tenant_id, alias, digest),
  foreign key (tenant_id, digest) references scanner.image (tenant_id, digest)
);
create index image_alias_of_image on scanner.image_alias (tenant_id, digest);

create table scanner.scan (
  tenant_id uuid not null,
  -- UUIDv7: sorts by the time it was asked for.
  id uuid not null,
  kind text not null check (kind in ('registry', 'archive')),
  source text not null,
  platform text,
  -- Bytes of an archive; gone from the store when no scan waits for them any more.
  upload_digest text,
  status text not null check (status in ('queued', 'running', 'succeeded', 'failed')),
  image_digest text,
  attempts int4 not null default 0,
  error_code text,
  error_message text,
  error_hint text,
  -- As shown, and the id that is answerable for it.
  requested_by text not null,
  actor_id text not null,
  created_at timestamptz(3) not null,
  finished_at timestamptz(3),
  primary key (tenant_id, id),
  foreign key (tenant_id, image_digest) references scanner.image (tenant_id, digest),
  check ((kind = 'archive') = (upload_digest is not null)),
  check ((status in ('succeeded', 'failed')) = (finished_at is not null)),
  check ((status = 'succeeded') = (image_digest is not null))
);
create index scan_by_status on scanner.scan (tenant_id, status, id);
create index scan_of_upload on scanner.scan (tenant_id, upload_digest) where finished_at is null;
create index scan_of_image on scanner.scan (tenant_id, image_digest);

alter table scanner.image enable row level security;
alter table scanner.image force row level security;
create policy tenant on scanner.image
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table scanner.image_alias enable row level security;
alter table scanner.image_alias force row level security;
create policy tenant on scanner.image_alias
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table scanner.scan enable row level security;
alter table scanner.scan force row level security;
create policy tenant on scanner.scan
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);

grant usage on schema scanner to stella_app;
grant select, insert, update on scanner.image to stella_app;
grant select, insert on scanner.image_alias to stella_app;
grant select, insert, update on scanner.scan to stella_app;
