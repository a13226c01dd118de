-- VEX documents as received. Insert only; the bytes are an object.
create table vex.document (
  tenant_id uuid not null,
  id uuid not null,
  -- Of the document's bytes.
  digest text collate "C" not null,
  -- `@id`, or the digest where there is none.
  document_id text not null,
  author text,
  said_at text,
  statements int4 not null,
  provider text not null,
  received_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, digest)
);

-- What documents say, for look-up. The documents decide.
create table vex.statement (
  tenant_id uuid not null,
  document uuid not null,
  index int4 not null,
  vulnerability text not null,
  -- The first 100 of them.
  products jsonb not null,
  product_count int4 not null,
  subcomponents jsonb not null,
  status text not null check (status in ('not_affected', 'affected', 'fixed', 'under_investigation')),
  justification text,
  said_at text,
  primary key (tenant_id, document, index),
  foreign key (tenant_id, document) references vex.document
);

-- Names of a statement's vulnerability, in upper case.
create table vex.statement_name (
  tenant_id uuid not null,
  name text collate "C" not null,
  document uuid not null,
  index int4 not null,
  primary key (tenant_id, name, document, index),
  foreign key (tenant_id, document, index) references vex.statement
);

-- One row a tenant: counts its documents' changes. Whoever adds one names the count that he knew.
create table vex.head (
  tenant_id uuid primary key,
  version int8 not null
);

create table vex.snapshot (
  tenant_id uuid not null,
  id uuid not null,
  -- Of the list of document digests; the list is an object.
  digest text not null,
  documents int4 not null,
  created_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, digest)
);

alter table vex.document enable row level security;
alter table vex.document force row level security;
create policy tenant on vex.document
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table vex.statement enable row level security;
alter table vex.statement force row level security;
create policy tenant on vex.statement
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table vex.statement_name enable row level security;
alter table vex.statement_name force row level security;
create policy tenant on vex.statement_name
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table vex.head enable row level security;
alter table vex.head force row level security;
create policy tenant on vex.head
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table vex.snapshot enable row level security;
alter table vex.snapshot force row level security;
create policy tenant on vex.snapshot
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
-- The age of each tenant's newest snapshot is a metric.
create policy relay on vex.snapshot to stella_relay using (true);

grant usage on schema vex to stella_app, stella_relay;
grant select, insert on vex.document to stella_app;
grant select, insert on vex.statement to stella_app;
grant select, insert on vex.statement_name to stella_app;
grant select, insert, update on vex.head to stella_app;
grant select, insert on vex.snapshot to stella_app;
grant select on vex.snapshot to stella_relay;
