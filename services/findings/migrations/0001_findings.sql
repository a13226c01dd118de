-- What an image is called, as its last scan named it.
create table findings.image_name (
  tenant_id uuid not null,
  image_digest text collate "C" not null,
  name text not null,
  primary key (tenant_id, image_digest)
);

-- How far each image has come, and its findings counted. The row is locked while a decision is projected.
create table findings.image (
  tenant_id uuid not null,
  image_digest text collate "C" not null,
  -- As the decision named it; used until a scan has.
  name text,
  -- Null only inside the transaction that makes the row.
  decision_id text,
  evaluated_at timestamptz(3),
  open_critical int4 not null default 0,
  open_high int4 not null default 0,
  open_medium int4 not null default 0,
  open_low int4 not null default 0,
  open_none int4 not null default 0,
  open_unknown int4 not null default 0,
  not_affected int4 not null default 0,
  excepted int4 not null default 0,
  resolved int4 not null default 0,
  not_evaluated int4 not null default 0,
  primary key (tenant_id, image_digest)
);

create table findings.finding (
  tenant_id uuid not null,
  id uuid not null,
  image_digest text collate "C" not null,
  -- Hash of vulnerability and component: both may be longer than an index bears.
  identity text collate "C" not null,
  vulnerability text collate "C" not null,
  aliases jsonb not null,
  component text collate "C" not null,
  package text collate "C" not null,
  installed_version text not null,
  fixed_versions jsonb not null,
  has_fix boolean not null,
  severity text collate "C" not null check (severity in ('none', 'low', 'medium', 'high', 'critical', 'unknown')),
  score float8,
  -- Severity, then score, worst lowest; the findings of a severity are one range.
  priority int4 not null,
  -- Beginnings of vulnerability and component, for a stable order.
  order_key text collate "C" not null,
  status text collate "C" not null check (status in ('open', 'not_affected', 'excepted', 'resolved', 'not_evaluated')),
  vex_status text,
  reachability text not null,
  -- Strictest action of the policy.
  verdict text not null,
  first_seen_at timestamptz(3) not null,
  changed_at timestamptz(3) not null,
  -- The last decision that changed it.
  decision_id text not null,
  -- Digest of everything above that a decision says and of the body: equal means nothing to write.
  content text not null,
  -- Traces, VEX answer and place, as RFC 8785 JSON.
  body text not null,
  primary key (tenant_id, id),
  unique (tenant_id, image_digest, identity),
  foreign key (tenant_id, image_digest) references findings.image (tenant_id, image_digest)
);
-- Each is a list's filter and its order. What stands behind the id only sieves: a filter that few rows pass is then decided
-- in the index, without a look at the rows.
create index finding_in_order on findings.finding (tenant_id, priority, order_key, id, has_fix);
create index finding_of_image on findings.finding (tenant_id, image_digest, priority, order_key, id);
create index finding_of_status on findings.finding (tenant_id, status, priority, order_key, id, has_fix);
create index finding_of_package on findings.finding (tenant_id, package, priority, order_key, id);

-- Vulnerability and aliases of each finding. A table, not an array with a GIN index: its operators are not leakproof, so
-- under row-level security that index would never be used.
create table findings.name (
  tenant_id uuid not null,
  name text collate "C" not null,
  finding_id uuid not null,
  primary key (tenant_id, name, finding_id),
  foreign key (tenant_id, finding_id) references findings.finding (tenant_id, id)
);

-- What happened to findings, one chain for each tenant: a row's hash covers its body, and the body names the hash before it.
create table findings.ledger (
  tenant_id uuid not null,
  sequence int8 not null,
  finding_id uuid not null,
  -- RFC 8785 form, as it was hashed.
  body text not null,
  hash text not null,
  primary key (tenant_id, sequence)
);
create index ledger_of_finding on findings.ledger (tenant_id, finding_id, sequence);

-- The end of each chain; locked while entries are added.
create table findings.head (
  tenant_id uuid primary key,
  sequence int8 not null,
  hash text not null
);

alter table findings.image_name enable row level security;
alter table findings.image_name force row level security;
create policy tenant on findings.image_name
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on findings.image_name to stella_relay using (true);
alter table findings.image enable row level security;
alter table findings.image force row level security;
create policy tenant on findings.image
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on findings.image to stella_relay using (true);
alter table findings.finding enable row level security;
alter table findings.finding force row level security;
create policy tenant on findings.finding
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table findings.name enable row level security;
alter table findings.name force row level security;
create policy tenant on findings.name
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table findings.ledger enable row level security;
alter table findings.ledger force row level security;
create policy tenant on findings.ledger
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table findings.head enable row level security;
alter table findings.head force row level security;
create policy tenant on findings.head
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);

grant usage on schema findings to stella_app, stella_relay;
grant select, insert, update on findings.image_name, findings.image, findings.finding, findings.head to stella_app;
grant select, insert, delete on findings.name to stella_app;
grant select, insert on findings.ledger to stella_app;
grant select on findings.image_name, findings.image to stella_relay;
