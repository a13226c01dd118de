-- Schema idempotency, as its migrations leave it. Generated; a test compares it.

-- tables
table claim.tenant_id uuid not null
table claim.actor_id text not null
table claim.route_id text not null
table claim.key text not null
table claim.fingerprint text not null
table claim.token uuid not null
table claim.claimed_at timestamp(3) with time zone not null
table claim.reply jsonb

-- constraints
constraint claim.claim_pkey PRIMARY KEY (tenant_id, actor_id, route_id, key)

-- indexes
CREATE INDEX claim_age ON idempotency.claim USING btree (claimed_at)

-- row-level security
rls claim enabled forced

-- policies
policy claim.relay permissive for all to stella_relay using (true) with check (-)
policy claim.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant DELETE, INSERT, SELECT, UPDATE on claim to stella_app
grant DELETE, SELECT on claim to stella_relay
grant USAGE on schema idempotency to stella_app
grant USAGE on schema idempotency to stella_relay
