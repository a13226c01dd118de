-- The catalogue of tenants. Its rows are tenants themselves, so it has no tenant_id: a service transaction sees its own
-- row; the relay role sees all, to find a tenant by name before anybody is logged in, and for operators.
create table authority.tenant (
  id uuid primary key,
  name text collate "C" not null unique,
  display_name text not null,
  -- The first tenant: people there may be operators, who see and change the other tenants.
  is_operator boolean not null default false,
  is_active boolean not null default true,
  created_at timestamptz(3) not null,
  version int not null default 1
);
-- Of two processes that start at once on an empty database, one makes the first tenant.
create unique index one_operator_tenant on authority.tenant (is_operator) where is_operator;

create table authority.user_account (
  tenant_id uuid not null references authority.tenant (id),
  id uuid not null unique,
  name text collate "C" not null,
  display_name text not null,
  email text,
  roles text[] not null,
  is_active boolean not null default true,
  last_login_at timestamptz(3),
  created_at timestamptz(3) not null,
  version int not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);

-- Apart from the account, so that the relay role can find accounts without seeing hashes.
create table authority.password (
  tenant_id uuid not null,
  user_id uuid not null,
  hash text not null,
  changed_at timestamptz(3) not null,
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references authority.user_account (tenant_id, id)
);

create table authority.api_token (
  tenant_id uuid not null,
  id uuid not null unique,
  owner_id uuid not null,
  name text not null,
  scopes text[] not null,
  -- SHA-256 of 256 random bits: nothing to guess, so nothing slower is needed.
  secret_hash text not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  last_used_at timestamptz(3),
  is_revoked boolean not null default false,
  primary key (tenant_id, id),
  foreign key (tenant_id, owner_id) references authority.user_account (tenant_id, id)
);
create index api_token_of_owner on authority.api_token (tenant_id, owner_id, id);

create table authority.oauth_client (
  tenant_id uuid not null references authority.tenant (id),
  id uuid not null unique,
  name text collate "C" not null,
  scopes text[] not null,
  secret_hash text not null,
  is_active boolean not null default true,
  created_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);

-- What the OIDC provider keeps: sessions, grants, codes, refresh tokens. Most begin before it is known who logs in, so
-- the tenant is filled in with the account; the relay role reads and writes them, a tenant's transaction ends those of
-- its accounts. Ids that open something are kept as SHA-256, contents sealed with the master key.
create table authority.oidc_artifact (
  model text not null,
  id text not null,
  tenant_id uuid,
  account_id uuid,
  grant_id text,
  uid text,
  user_code text,
  content text not null,
  consumed_at timestamptz(3),
  expires_at timestamptz(3) not null,
  primary key (model, id)
);
create index oidc_artifact_of_account on authority.oidc_artifact (tenant_id, account_id) where account_id is not null;
create index oidc_artifact_of_grant on authority.oidc_artifact (grant_id) where grant_id is not null;
create index oidc_artifact_by_uid on authority.oidc_artifact (uid) where uid is not null;
create index oidc_artifact_by_user_code on authority.oidc_artifact (user_code) where user_code is not null;
create index oidc_artifact_to_sweep on authority.oidc_artifact (expires_at);

-- Secrets of the issuer, for all tenants: signing keys (published as public_jwk) and the key of its cookies.
create table authority.issuer_secret (
  id text primary key,
  kind text not null check (kind in ('signing-key', 'cookie-key')),
  sealed text not null,
  public_jwk jsonb,
  created_at timestamptz(3) not null
);

-- Failed logins by a hash of tenant, user name and (for the first of two rules) address: names that do not exist count too.
create table authority.login_throttle (
  key text primary key,
  failures int not null,
  last_failed_at timestamptz(3) not null,
  blocked_until timestamptz(3) not null
);
create index login_throttle_to_sweep on authority.login_throttle (last_failed_at);

alter table authority.tenant enable row level security;
alter table authority.tenant force row level security;
create policy own on authority.tenant
  using (id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on authority.tenant for select to stella_relay using (true);
alter table authority.user_account enable row level security;
alter table authority.user_account force row level security;
create policy tenant on authority.user_account
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on authority.user_account for select to stella_relay using (true);
alter table authority.password enable row level security;
alter table authority.password force row level security;
create policy tenant on authority.password
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
alter table authority.api_token enable row level security;
alter table authority.api_token force row level security;
create policy tenant on authority.api_token
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on authority.api_token for select to stella_relay using (true);
alter table authority.oauth_client enable row level security;
alter table authority.oauth_client force row level security;
create policy tenant on authority.oauth_client
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on authority.oauth_client for select to stella_relay using (true);
alter table authority.oidc_artifact enable row level security;
alter table authority.oidc_artifact force row level security;
create policy tenant on authority.oidc_artifact
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on authority.oidc_artifact to stella_relay using (true);

grant usage on schema authority to stella_app, stella_relay;
grant select, insert, update on authority.tenant, authority.user_account, authority.password, authority.api_token
  to stella_app;
grant select, insert, delete on authority.oauth_client to stella_app;
grant select, delete on authority.oidc_artifact to stella_app;
grant select on authority.tenant, authority.user_account, authority.api_token, authority.oauth_client to stella_relay;
grant select, insert, update, delete on authority.oidc_artifact, authority.login_throttle to stella_relay;
grant select, insert, delete on authority.issuer_secret to stella_relay;
