-- Schema authority, as its migrations leave it. Generated; a test compares it.

-- tables
table api_token.tenant_id uuid not null
table api_token.id uuid not null
table api_token.owner_id uuid not null
table api_token.name text not null
table api_token.scopes text[] not null
table api_token.secret_hash text not null
table api_token.created_at timestamp(3) with time zone not null
table api_token.expires_at timestamp(3) with time zone not null
table api_token.last_used_at timestamp(3) with time zone
table api_token.is_revoked boolean not null default false
table issuer_secret.id text not null
table issuer_secret.kind text not null
table issuer_secret.sealed text not null
table issuer_secret.public_jwk jsonb
table issuer_secret.created_at timestamp(3) with time zone not null
table login_throttle.key text not null
table login_throttle.failures integer not null
table login_throttle.last_failed_at timestamp(3) with time zone not null
table login_throttle.blocked_until timestamp(3) with time zone not null
table oauth_client.tenant_id uuid not null
table oauth_client.id uuid not null
table oauth_client.name text not null
table oauth_client.scopes text[] not null
table oauth_client.secret_hash text not null
table oauth_client.is_active boolean not null default true
table oauth_client.created_at timestamp(3) with time zone not null
table oidc_artifact.model text not null
table oidc_artifact.id text not null
table oidc_artifact.tenant_id uuid
table oidc_artifact.account_id uuid
table oidc_artifact.grant_id text
table oidc_artifact.uid text
table oidc_artifact.user_code text
table oidc_artifact.content text not null
table oidc_artifact.consumed_at timestamp(3) with time zone
table oidc_artifact.expires_at timestamp(3) with time zone not null
table password.tenant_id uuid not null
table password.user_id uuid not null
table password.hash text not null
table password.changed_at timestamp(3) with time zone not null
table tenant.id uuid not null
table tenant.name text not null
table tenant.display_name text not null
table tenant.is_operator boolean not null default false
table tenant.is_active boolean not null default true
table tenant.created_at timestamp(3) with time zone not null
table tenant.version integer not null default 1
table user_account.tenant_id uuid not null
table user_account.id uuid not null
table user_account.name text not null
table user_account.display_name text not null
table user_account.email text
table user_account.roles text[] not null
table user_account.is_active boolean not null default true
table user_account.last_login_at timestamp(3) with time zone
table user_account.created_at timestamp(3) with time zone not null
table user_account.version integer not null default 1

-- constraints
constraint api_token.api_token_id_key UNIQUE (id)
constraint api_token.api_token_pkey PRIMARY KEY (tenant_id, id)
constraint api_token.api_token_tenant_id_owner_id_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES authority.user_account(tenant_id, id)
constraint issuer_secret.issuer_secret_kind_check CHECK ((kind = ANY (ARRAY['signing-key'::text, 'cookie-key'::text])))
constraint issuer_secret.issuer_secret_pkey PRIMARY KEY (id)
constraint login_throttle.login_throttle_pkey PRIMARY KEY (key)
constraint oauth_client.oauth_client_id_key UNIQUE (id)
constraint oauth_client.oauth_client_pkey PRIMARY KEY (tenant_id, id)
constraint oauth_client.oauth_client_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES authority.tenant(id)
constraint oauth_client.oauth_client_tenant_id_name_key UNIQUE (tenant_id, name)
constraint oidc_artifact.oidc_artifact_pkey PRIMARY KEY (model, id)
constraint password.password_pkey PRIMARY KEY (tenant_id, user_id)
constraint password.password_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES authority.user_account(tenant_id, id)
constraint tenant.tenant_name_key UNIQUE (name)
constraint tenant.tenant_pkey PRIMARY KEY (id)
constraint user_account.user_account_id_key UNIQUE (id)
constraint user_account.user_account_pkey PRIMARY KEY (tenant_id, id)
constraint user_account.user_account_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES authority.tenant(id)
constraint user_account.user_account_tenant_id_name_key UNIQUE (tenant_id, name)

-- indexes
CREATE INDEX api_token_of_owner ON authority.api_token USING btree (tenant_id, owner_id, id)
CREATE INDEX login_throttle_to_sweep ON authority.login_throttle USING btree (last_failed_at)
CREATE INDEX oidc_artifact_by_uid ON authority.oidc_artifact USING btree (uid) WHERE (uid IS NOT NULL)
CREATE INDEX oidc_artifact_by_user_code ON authority.oidc_artifact USING btree (user_code) WHERE (user_code IS NOT NULL)
CREATE INDEX oidc_artifact_of_account ON authority.oidc_artifact USING btree (tenant_id, account_id) WHERE (account_id IS NOT NULL)
CREATE INDEX oidc_artifact_of_grant ON authority.oidc_artifact USING btree (grant_id) WHERE (grant_id IS NOT NULL)
CREATE INDEX oidc_artifact_to_sweep ON authority.oidc_artifact USING btree (expires_at)
CREATE UNIQUE INDEX one_operator_tenant ON authority.tenant USING btree (is_operator) WHERE is_operator

-- row-level security
rls api_token enabled forced
rls issuer_secret disabled
rls login_throttle disabled
rls oauth_client enabled forced
rls oidc_artifact enabled forced
rls password enabled forced
rls tenant enabled forced
rls user_account enabled forced

-- policies
policy api_token.relay permissive for select to stella_relay using (true) with check (-)
policy api_token.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy oauth_client.relay permissive for select to stella_relay using (true) with check (-)
policy oauth_client.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy oidc_artifact.relay permissive for all to stella_relay using (true) with check (-)
policy oidc_artifact.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy password.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy tenant.own permissive for all to public using ((id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy tenant.relay permissive for select to stella_relay using (true) with check (-)
policy user_account.relay permissive for select to stella_relay using (true) with check (-)
policy user_account.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant INSERT, SELECT, UPDATE on api_token to stella_app
grant SELECT on api_token to stella_relay
grant DELETE, INSERT, SELECT on issuer_secret to stella_relay
grant DELETE, INSERT, SELECT, UPDATE on login_throttle to stella_relay
grant DELETE, INSERT, SELECT on oauth_client to stella_app
grant SELECT on oauth_client to stella_relay
grant DELETE, SELECT on oidc_artifact to stella_app
grant DELETE, INSERT, SELECT, UPDATE on oidc_artifact to stella_relay
grant INSERT, SELECT, UPDATE on password to stella_app
grant USAGE on schema authority to stella_app
grant USAGE on schema authority to stella_relay
grant INSERT, SELECT, UPDATE on tenant to stella_app
grant SELECT on tenant to stella_relay
grant INSERT, SELECT, UPDATE on user_account to stella_app
grant SELECT on user_account to stella_relay
