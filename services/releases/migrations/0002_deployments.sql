-- What brings releases onto hosts: agents with their certificates, targets with what was seen there, templates,
-- deployments with a task for each target.

-- The certificate authority of the installation's agents. It is nobody's data; only the relay role reaches it.
create table releases.agent_authority (
  id int2 primary key check (id = 1),
  certificate text not null,
  -- PKCS#8 of the key, sealed with the master key of the installation.
  sealed_key text not null,
  created_at timestamptz(3) not null
);

create table releases.agent (
  tenant_id uuid not null,
  agent_id uuid not null,
  name text not null,
  software_version text not null,
  platform text,
  enrolled_at timestamptz(3) not null,
  last_seen_at timestamptz(3),
  revoked_at timestamptz(3),
  primary key (tenant_id, agent_id)
);
-- A name is free again when its agent was revoked.
create unique index agent_name on releases.agent (tenant_id, name) where revoked_at is null;
create index agent_list on releases.agent (tenant_id, name, agent_id);

create table releases.agent_certificate (
  tenant_id uuid not null,
  serial text not null,
  agent_id uuid not null,
  -- sha256 of the DER form: by this a connection is known.
  fingerprint text not null,
  not_before timestamptz(3) not null,
  not_after timestamptz(3) not null,
  first_used_at timestamptz(3),
  -- Set when it was followed by another or revoked; it ends then, before its own time.
  ends_at timestamptz(3),
  primary key (tenant_id, serial),
  foreign key (tenant_id, agent_id) references releases.agent
);
create unique index agent_certificate_fingerprint on releases.agent_certificate (tenant_id, fingerprint);
create index agent_certificate_lookup on releases.agent_certificate (fingerprint);
create index agent_certificate_of_agent on releases.agent_certificate (tenant_id, agent_id, not_before);

create table releases.enrolment (
  tenant_id uuid not null,
  enrolment_id uuid not null,
  name text not null,
  -- sha256 of the token: who reads the table cannot enrol.
  token_digest text not null,
  created_by_id text not null,
  created_by_name text not null,
  expires_at timestamptz(3) not null,
  used_at timestamptz(3),
  primary key (tenant_id, enrolment_id)
);
create index enrolment_token on releases.enrolment (token_digest) where used_at is null;

create table releases.target (
  tenant_id uuid not null,
  target_id uuid not null,
  name text not null,
  environment_id uuid not null,
  kind text not null check (kind in ('docker', 'script')),
  agent_id uuid not null,
  engine_version text,
  -- What runs there by the last receipt.
  release_id uuid,
  deployment_id uuid,
  -- Of the plan that was carried out last: what should run there.
  plan_digest text,
  -- When something was last heard of it, and when that was seen on the host.
  seen_at timestamptz(3),
  observed_at timestamptz(3),
  is_stale boolean not null default false,
  -- As the agent told them, each with the digests that its image is known by.
  containers jsonb not null default '[]',
  -- Every digest that something running there is known by.
  image_digests text[] not null default '{}',
  -- [{kind, service, component, sentence, expected, observed, since}]
  drift jsonb not null default '[]',
  version int4 not null default 1,
  created_at timestamptz(3) not null,
  removed_at timestamptz(3),
  primary key (tenant_id, target_id),
  foreign key (tenant_id, environment_id) references releases.environment,
  foreign key (tenant_id, agent_id) references releases.agent,
  foreign key (tenant_id, release_id) references releases.release
);
create unique index target_name on releases.target (tenant_id, name) where removed_at is null;
create index target_of_environment on releases.target (tenant_id, environment_id) where removed_at is null;
create index target_of_agent on releases.target (tenant_id, agent_id) where removed_at is null;
create index target_image on releases.target using gin (image_digests) where removed_at is null;
create index target_heard_of on releases.target (seen_at) where removed_at is null and not is_stale;

create table releases.template (
  tenant_id uuid not null,
  environment_id uuid not null,
  kind text not null check (kind in ('compose', 'script')),
  -- The document itself is an object.
  digest text not null,
  services jsonb not null,
  strategy text not null check (strategy in ('all_at_once', 'rolling')),
  batch_size int4 not null check (batch_size > 0),
  updated_by_id text not null,
  updated_by_name text not null,
  updated_at timestamptz(3) not null,
  primary key (tenant_id, environment_id),
  foreign key (tenant_id, environment_id) references releases.environment
);

create table releases.deployment (
  tenant_id uuid not null,
  deployment_id uuid not null,
  promotion_id uuid,
  release_id uuid not null,
  environment_id uuid not null,
  kind text not null check (kind in ('deploy', 'rollback')),
  strategy text not null check (strategy in ('all_at_once', 'rolling')),
  state text not null check (state in ('pending', 'running', 'succeeded', 'failed', 'rolling_back', 'rolled_back',
                                       'cancelled')),
  -- No more targets are begun.
  is_cancelled boolean not null default false,
  sentence text not null,
  -- What the plans were rendered from; a rollback takes the template of that time.
  template_kind text not null check (template_kind in ('compose', 'script')),
  template_digest text not null,
  plan_digest text not null,
  started_by_id text not null,
  started_by_name text not null,
  reason text not null,
  previous_release_id uuid,
  packet_id uuid,
  bundle_digest text,
  version int4 not null default 1,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  finished_at timestamptz(3),
  primary key (tenant_id, deployment_id),
  foreign key (tenant_id, promotion_id) references releases.promotion,
  foreign key (tenant_id, release_id) references releases.release,
  foreign key (tenant_id, environment_id) references releases.environment,
  foreign key (tenant_id, previous_release_id) references releases.release
);
create unique index deployment_under_way on releases.deployment (tenant_id, environment_id)
  where state in ('pending', 'running', 'rolling_back');
create index deployment_of_environment on releases.deployment (tenant_id, environment_id, deployment_id);
create index deployment_of_promotion on releases.deployment (tenant_id, promotion_id, deployment_id);

create table releases.task (
  tenant_id uuid not null,
  task_id uuid not null,
  deployment_id uuid not null,
  target_id uuid not null,
  batch int4 not null,
  kind text not null check (kind in ('deploy', 'rollback')),
  state text not null check (state in ('waiting', 'queued', 'running', 'succeeded', 'failed', 'skipped', 'cancelled')),
  attempt int4 not null default 1,
  -- One more with each lease, for ever: who holds an older number is refused.
  fencing_token int4 not null default 0,
  lease_until timestamptz(3),
  plan_digest text not null,
  steps jsonb not null default '[]',
  output text not null default '',
  receipt_digest text,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  primary key (tenant_id, task_id),
  unique (tenant_id, deployment_id, target_id),
  foreign key (tenant_id, deployment_id) references releases.deployment,
  foreign key (tenant_id, target_id) references releases.target
);
create index task_queued on releases.task (tenant_id, target_id, task_id) where state = 'queued';
create index task_leased on releases.task (lease_until) where state = 'running';

alter table releases.agent enable row level security;
alter table releases.agent force row level security;
create policy tenant on releases.agent
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.agent_certificate enable row level security;
alter table releases.agent_certificate force row level security;
create policy tenant on releases.agent_certificate
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.enrolment enable row level security;
alter table releases.enrolment force row level security;
create policy tenant on releases.enrolment
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.target enable row level security;
alter table releases.target force row level security;
create policy tenant on releases.target
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.template enable row level security;
alter table releases.template force row level security;
create policy tenant on releases.template
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.deployment enable row level security;
alter table releases.deployment force row level security;
create policy tenant on releases.deployment
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table releases.task enable row level security;
alter table releases.task force row level security;
create policy tenant on releases.task
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
-- Who dials in says no tenant: a certificate or a token tells it. Leases run out, targets fall silent and tasks wait in
-- all tenants.
create policy relay on releases.agent to stella_relay using (true);
create policy relay on releases.agent_certificate to stella_relay using (true);
create policy relay on releases.enrolment to stella_relay using (true);
create policy relay on releases.target to stella_relay using (true);
create policy relay on releases.task to stella_relay using (true);

grant select, insert on releases.agent_authority to stella_relay;
grant select (tenant_id, agent_id, name, revoked_at) on releases.agent to stella_relay;
grant select on releases.agent_certificate to stella_relay;
grant select (tenant_id, enrolment_id, token_digest, expires_at, used_at) on releases.enrolment to stella_relay;
grant select (tenant_id, target_id, agent_id, seen_at, is_stale, removed_at) on releases.target to stella_relay;
grant select (tenant_id, task_id, target_id, state, lease_until) on releases.task to stella_relay;
grant select, insert, update on releases.agent, releases.agent_certificate, releases.enrolment, releases.target,
  releases.template, releases.deployment, releases.task to stella_app;
