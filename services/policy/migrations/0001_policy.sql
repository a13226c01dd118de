-- Counts up with every change of packs and exceptions: a decision is recorded only while it stands where it stood when
-- the decision was made. Its row is also the lock under which packs of a tenant are published.
create table policy.state (
  tenant_id uuid primary key,
  revision int8 not null
);

create table policy.pack (
  tenant_id uuid not null,
  digest text not null,
  name text not null,
  version text not null,
  rules int4 not null,
  is_active boolean not null,
  published_by text not null,
  published_at timestamptz(3) not null,
  primary key (tenant_id, digest),
  unique (tenant_id, name, version)
);
create unique index pack_active on policy.pack (tenant_id, name) where is_active;
create index pack_newest on policy.pack (tenant_id, published_at, digest);

-- A verdict with everything it was made from, by digest.
create table policy.decision (
  tenant_id uuid not null,
  -- Digest of the decision input.
  id text not null,
  image_digest text not null,
  environment text,
  outcome text not null check (outcome in ('allow', 'deny', 'pending')),
  purpose text not null check (purpose in ('continuous', 'promotion', 'request')),
  -- JSON as text: it quotes foreign documents, and jsonb has no U+0000.
  reasons text not null,
  counts jsonb not null,
  verdict_digest text not null,
  findings_digest text not null,
  policy_name text not null,
  policy_version text not null,
  policy_digest text not null,
  advisory_snapshot text not null,
  vex_snapshot text,
  evaluated_at timestamptz(3) not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, policy_digest) references policy.pack (tenant_id, digest)
);
create index decision_newest on policy.decision (tenant_id, evaluated_at, id);
create index decision_of_image on policy.decision (tenant_id, image_digest, evaluated_at, id);
create index decision_of_environment on policy.decision (tenant_id, environment, evaluated_at, id);
create index decision_of_outcome on policy.decision (tenant_id, outcome, evaluated_at, id);

-- Images that the scanner told of, and how far they are judged.
create table policy.image (
  tenant_id uuid not null,
  image_digest text not null,
  inventory_digest text not null,
  seen_at timestamptz(3) not null,
  -- Of this row; a judgement is written only onto the row it was made for.
  revision int8 not null,
  -- The present state of things was not yet held against this image.
  is_waiting boolean not null,
  -- Digests of what the last judgement was made from.
  judged_state jsonb,
  -- Of findings and verdict without what changes with every snapshot.
  answer_digest text,
  last_decision text,
  primary key (tenant_id, image_digest),
  foreign key (tenant_id, last_decision) references policy.decision (tenant_id, id)
);
create index image_waiting on policy.image (tenant_id) where is_waiting;

create table policy.exception (
  tenant_id uuid not null,
  id uuid not null,
  state text not null check (state in ('draft', 'pending_review', 'approved', 'rejected', 'revoked', 'expired')),
  vulnerability text not null,
  -- Normalised purl.
  package text,
  image_digest text,
  reason text not null,
  requested_by_id text not null,
  requested_by_name text not null,
  decided_by_id text,
  decided_by_name text,
  decision_reason text,
  created_at timestamptz(3) not null,
  decided_at timestamptz(3),
  expires_at timestamptz(3) not null,
  primary key (tenant_id, id),
  -- Nobody decides on what they asked for, whatever the code above thinks; a revocation is open to all.
  check (state not in ('approved', 'rejected') or (decided_by_id is not null and decided_by_id <> requested_by_id))
);
create index exception_in_state on policy.exception (tenant_id, state, id);
create index exception_in_force on policy.exception (tenant_id, expires_at) where state in ('approved', 'expired');
create index exception_ending on policy.exception (expires_at) where state in ('draft', 'pending_review', 'approved');

alter table policy.state enable row level security;
alter table policy.state force row level security;
create policy tenant on policy.state
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on policy.state for select to stella_relay using (true);
alter table policy.pack enable row level security;
alter table policy.pack force row level security;
create policy tenant on policy.pack
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table policy.decision enable row level security;
alter table policy.decision force row level security;
create policy tenant on policy.decision
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table policy.image enable row level security;
alter table policy.image force row level security;
create policy tenant on policy.image
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on policy.image for select to stella_relay using (true);
alter table policy.exception enable row level security;
alter table policy.exception force row level security;
create policy tenant on policy.exception
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on policy.exception for select to stella_relay using (true);

grant usage on schema policy to stella_app, stella_relay;
grant select, insert, update on policy.state, policy.image, policy.exception to stella_app;
grant select, insert, update (is_active) on policy.pack to stella_app;
grant select, insert on policy.decision to stella_app;
grant select on policy.state, policy.image, policy.exception to stella_relay;
