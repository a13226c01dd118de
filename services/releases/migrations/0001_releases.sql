-- What is delivered where: components, environments with their freezes, releases that never change, and promotions with
-- the gates, decisions and approvals that they hang on.
create table releases.component (
  tenant_id uuid not null,
  component_id uuid not null,
  name text not null,
  repository text not null,
  description text not null,
  version int4 not null default 1,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (tenant_id, component_id),
  unique (tenant_id, name)
);

create table releases.environment (
  tenant_id uuid not null,
  environment_id uuid not null,
  name text not null,
  -- Promotions go upwards.
  place int4 not null,
  required_approvals int4 not null check (required_approvals >= 0),
  is_separation_of_duties boolean not null,
  policy text,
  current_release_id uuid,
  current_promotion_id uuid,
  current_since timestamptz(3),
  version int4 not null default 1,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (tenant_id, environment_id),
  unique (tenant_id, name),
  unique (tenant_id, place)
);

create table releases.freeze (
  tenant_id uuid not null,
  freeze_id uuid not null,
  environment_id uuid not null,
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3) not null check (ends_at > starts_at),
  reason text not null,
  created_by_id text not null,
  created_by_name text not null,
  primary key (tenant_id, freeze_id),
  foreign key (tenant_id, environment_id) references releases.environment
);
create index freeze_of_environment on releases.freeze (tenant_id, environment_id, ends_at);

-- How many releases each day had: the second half of a calendar version.
create table releases.calendar (
  tenant_id uuid not null,
  day date not null,
  releases int4 not null,
  primary key (tenant_id, day)
);

-- Insert only: a release never changes.
create table releases.release (
  tenant_id uuid not null,
  release_id uuid not null,
  name text not null,
  version text not null,
  calendar_version text not null,
  mode text not null check (mode in ('verified', 'unverified')),
  digest text not null,
  notes text not null,
  created_by_id text not null,
  created_by_name text not null,
  created_at timestamptz(3) not null,
  primary key (tenant_id, release_id),
  unique (tenant_id, name, version),
  unique (tenant_id, calendar_version)
);
create index release_of_name on releases.release (tenant_id, name, release_id);

create table releases.release_component (
  tenant_id uuid not null,
  release_id uuid not null,
  component text not null,
  component_id uuid not null,
  repository text not null,
  requested text not null,
  index_digest text,
  -- [{platform, manifestDigest, configDigest}]
  platforms jsonb not null,
  primary key (tenant_id, release_id, component),
  foreign key (tenant_id, release_id) references releases.release,
  foreign key (tenant_id, component_id) references releases.component
);

-- Every digest (index, manifest, config) by which the world may speak of an image of a release.
create table releases.release_image (
  tenant_id uuid not null,
  image_digest text not null,
  release_id uuid not null,
  primary key (tenant_id, image_digest, release_id),
  foreign key (tenant_id, release_id) references releases.release
);

create table releases.promotion (
  tenant_id uuid not null,
  promotion_id uuid not null,
  release_id uuid not null,
  environment_id uuid not null,
  state text not null check (state in ('pending_gate', 'pending_approval', 'approved', 'rejected', 'deploying',
                                       'deployed', 'failed', 'cancelled', 'rolled_back')),
  sentence text not null,
  reason text not null,
  requested_by_id text not null,
  requested_by_name text not null,
  gates jsonb not null,
  required_approvals int4 not null,
  -- Of the policies whose decisions the gates stand on: what approvals bind to.
  policy_digest text,
  packet_id uuid,
  version int4 not null default 1,
  requested_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  decided_at timestamptz(3),
  expires_at timestamptz(3) not null,
  -- Reasons to look at the gates are counted: `wanted` so far, `evaluated` those that the last look covered. Decisions
  -- older than `stale_at` must be made anew.
  wanted int4 not null default 1,
  evaluated int4 not null default 0,
  stale_at int4 not null default 1,
  -- Evaluations in a row in which another service did not answer.
  failures int4 not null default 0,
  -- When the next look that needs no reason but time is due.
  wake_at timestamptz(3),
  primary key (tenant_id, promotion_id),
  foreign key (tenant_id, release_id) references releases.release,
  foreign key (tenant_id, environment_id) references releases.environment
);
create unique index promotion_under_way on releases.promotion (tenant_id, release_id, environment_id)
  where state in ('pending_gate', 'pending_approval', 'deploying');
create index promotion_open on releases.promotion (tenant_id, promotion_id)
  where state in ('pending_gate', 'pending_approval');
create index promotion_of_state on releases.promotion (tenant_id, state, promotion_id);
create index promotion_of_release on releases.promotion (tenant_id, release_id, promotion_id);
create index promotion_of_environment on releases.promotion (tenant_id, environment_id, promotion_id);

alter table releases.environment
  add foreign key (tenant_id, current_release_id) references releases.release,
  add foreign key (tenant_id, current_promotion_id) references releases.promotion;

create table releases.approval (
  tenant_id uuid not null,
  approval_id uuid not null,
  promotion_id uuid not null,
  person_id text not null,
  person_name text not null,
  verdict text not null check (verdict in ('approved', 'rejected')),
  reason text not null,
  release_digest text not null,
  policy_digest text,
  is_valid boolean not null default true,
  decided_at timestamptz(3) not null,
  primary key (tenant_id, approval_id),
  foreign key (tenant_id, promotion_id) references releases.promotion
);
create index approval_of_promotion on releases.approval (tenant_id, promotion_id, approval_id);
create unique index approval_of_person on releases.approval (tenant_id, promotion_id, person_id) where is_valid;

-- The decision that a promotion's policy gate stands on, for each image.
create table releases.promotion_decision (
  tenant_id uuid not null,
  promotion_id uuid not null,
  image_digest text not null,
  decision_id text not null,
  -- Number of the evaluation that asked for it.
  evaluation int4 not null,
  -- Name of the pack that was asked for; null: the default.
  policy text,
  findings_digest text not null,
  advisory_snapshot text not null,
  -- {outcome, policy, reasons, moreReasons, evaluatedAt}
  body jsonb not null,
  packet_id uuid,
  primary key (tenant_id, promotion_id, image_digest),
  foreign key (tenant_id, promotion_id) references releases.promotion
);
create index promotion_decision_id on releases.promotion_decision (tenant_id, decision_id);

-- Scans that this service asked for, by platform manifest.
create table releases.scan_request (
  tenant_id uuid not null,
  image_digest text not null,
  attempt int4 not null,
  scan_id uuid,
  has_failed boolean not null default false,
  primary key (tenant_id, image_digest)
);
create index scan_request_id on releases.scan_request (tenant_id, scan_id);

alter table releases.component enable row level security;
alter table releases.component force row level security;
create policy tenant on releases.component
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.environment enable row level security;
alter table releases.environment force row level security;
create policy tenant on releases.environment
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.freeze enable row level security;
alter table releases.freeze force row level security;
create policy tenant on releases.freeze
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.calendar enable row level security;
alter table releases.calendar force row level security;
create policy tenant on releases.calendar
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.release enable row level security;
alter table releases.release force row level security;
create policy tenant on releases.release
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.release_component enable row level security;
alter table releases.release_component force row level security;
create policy tenant on releases.release_component
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.release_image enable row level security;
alter table releases.release_image force row level security;
create policy tenant on releases.release_image
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.promotion enable row level security;
alter table releases.promotion force row level security;
create policy tenant on releases.promotion
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.approval enable row level security;
alter table releases.approval force row level security;
create policy tenant on releases.approval
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.promotion_decision enable row level security;
alter table releases.promotion_decision force row level security;
create policy tenant on releases.promotion_decision
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.scan_request enable row level security;
alter table releases.scan_request force row level security;
create policy tenant on releases.scan_request
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
-- After a gap in the events every promotion under way is looked at again, in all tenants.
create policy relay on releases.promotion to stella_relay using (true);

grant usage on schema releases to stella_app, stella_relay;
grant select (tenant_id, promotion_id, state) on releases.promotion to stella_relay;
grant select, insert, update on releases.component, releases.environment, releases.calendar, releases.promotion,
  releases.scan_request to stella_app;
grant select, insert on releases.release, releases.release_component, releases.release_image to stella_app;
grant select, insert, delete on releases.freeze to stella_app;
grant select, insert, update (is_valid) on releases.approval to stella_app;
grant select, insert, update on releases.promotion_decision to stella_app;
