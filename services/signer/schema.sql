-- Schema signer, as its migrations leave it. Generated; a test compares it.

-- tables
table signing_key.tenant_id uuid not null
table signing_key.id uuid not null
table signing_key.hint text not null
table signing_key.algorithm text not null
table signing_key.public_key bytea not null
table signing_key.sealed_private_key text
table signing_key.is_active boolean not null
table signing_key.created_at timestamp(3) with time zone not null
table signing_key.retired_at timestamp(3) with time zone

-- constraints
constraint signing_key.signing_key_algorithm_check CHECK ((algorithm = ANY (ARRAY['ecdsa-p256'::text, 'ed25519'::text])))
constraint signing_key.signing_key_pkey PRIMARY KEY (tenant_id, id)
constraint signing_key.signing_key_retired CHECK (((is_active = (retired_at IS NULL)) AND (is_active = (sealed_private_key IS NOT NULL))))
constraint signing_key.signing_key_tenant_id_hint_key UNIQUE (tenant_id, hint)

-- indexes
CREATE UNIQUE INDEX active_signing_key ON signer.signing_key USING btree (tenant_id) WHERE is_active

-- row-level security
rls signing_key enabled forced

-- policies
policy signing_key.relay permissive for select to stella_relay using (true) with check (-)
policy signing_key.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant USAGE on schema signer to stella_app
grant USAGE on schema signer to stella_relay
grant INSERT, SELECT on signing_key to stella_app
grant SELECT on signing_key.created_at to stella_relay
grant SELECT on signing_key.id to stella_relay
grant UPDATE on signing_key.is_active to stella_app
grant SELECT on signing_key.is_active to stella_relay
grant UPDATE on signing_key.retired_at to stella_app
grant UPDATE on signing_key.sealed_private_key to stella_app
grant SELECT on signing_key.tenant_id to stella_relay
