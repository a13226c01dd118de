-- Schema policy, as its migrations leave it. Generated; a test compares it.

-- tables
table decision.tenant_id uuid not null
table decision.id text not null
table decision.image_digest text not null
table decision.environment text
table decision.outcome text not null
table decision.purpose text not null
table decision.reasons text not null
table decision.counts jsonb not null
table decision.verdict_digest text not null
table decision.findings_digest text not null
table decision.policy_name text not null
table decision.policy_version text not null
table decision.policy_digest text not null
table decision.advisory_snapshot text not null
table decision.vex_snapshot text
table decision.evaluated_at timestamp(3) with time zone not null
table exception.tenant_id uuid not null
table exception.id uuid not null
table exception.state text not null
table exception.vulnerability text not null
table exception.package text
table exception.image_digest text
table exception.reason text not null
table exception.requested_by_id text not null
table exception.requested_by_name text not null
table exception.decided_by_id text
table exception.decided_by_name text
table exception.decision_reason text
table exception.created_at timestamp(3) with time zone not null
table exception.decided_at timestamp(3) with time zone
table exception.expires_at timestamp(3) with time zone not null
table image.tenant_id uuid not null
table image.image_digest text not null
table image.inventory_digest text not null
table image.seen_at timestamp(3) with time zone not null
table image.revision bigint not null
table image.is_waiting boolean not null
table image.judged_state jsonb
table image.answer_digest text
table image.last_decision text
table pack.tenant_id uuid not null
table pack.digest text not null
table pack.name text not null
table pack.version text not null
table pack.rules integer not null
table pack.is_active boolean not null
table pack.published_by text not null
table pack.published_at timestamp(3) with time zone not null
table state.tenant_id uuid not null
table state.revision bigint not null

-- constraints
constraint decision.decision_outcome_check CHECK ((outcome = ANY (ARRAY['allow'::text, 'deny'::text, 'pending'::text])))
constraint decision.decision_pkey PRIMARY KEY (tenant_id, id)
constraint decision.decision_purpose_check CHECK ((purpose = ANY (ARRAY['continuous'::text, 'promotion'::text, 'request'::text])))
constraint decision.decision_tenant_id_policy_digest_fkey FOREIGN KEY (tenant_id, policy_digest) REFERENCES policy.pack(tenant_id, digest)
constraint exception.exception_check CHECK (((state <> ALL (ARRAY['approved'::text, 'rejected'::text])) OR ((decided_by_id IS NOT NULL) AND (decided_by_id <> requested_by_id))))
constraint exception.exception_pkey PRIMARY KEY (tenant_id, id)
constraint exception.exception_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'pending_review'::text, 'approved'::text, 'rejected'::text, 'revoked'::text, 'expired'::text])))
constraint image.image_pkey PRIMARY KEY (tenant_id, image_digest)
constraint image.image_tenant_id_last_decision_fkey FOREIGN KEY (tenant_id, last_decision) REFERENCES policy.decision(tenant_id, id)
constraint pack.pack_pkey PRIMARY KEY (tenant_id, digest)
constraint pack.pack_tenant_id_name_version_key UNIQUE (tenant_id, name, version)
constraint state.state_pkey PRIMARY KEY (tenant_id)

-- indexes
CREATE INDEX decision_newest ON policy.decision USING btree (tenant_id, evaluated_at, id)
CREATE INDEX decision_of_environment ON policy.decision USING btree (tenant_id, environment, evaluated_at, id)
CREATE INDEX decision_of_image ON policy.decision USING btree (tenant_id, image_digest, evaluated_at, id)
CREATE INDEX decision_of_outcome ON policy.decision USING btree (tenant_id, outcome, evaluated_at, id)
CREATE INDEX exception_ending ON policy.exception USING btree (expires_at) WHERE (state = ANY (ARRAY['draft'::text, 'pending_review'::text, 'approved'::text]))
CREATE INDEX exception_in_force ON policy.exception USING btree (tenant_id, expires_at) WHERE (state = ANY (ARRAY['approved'::text, 'expired'::text]))
CREATE INDEX exception_in_state ON policy.exception USING btree (tenant_id, state, id)
CREATE INDEX image_waiting ON policy.image USING btree (tenant_id) WHERE is_waiting
CREATE UNIQUE INDEX pack_active ON policy.pack USING btree (tenant_id, name) WHERE is_active
CREATE INDEX pack_newest ON policy.pack USING btree (tenant_id, published_at, digest)

-- row-level security
rls decision enabled forced
rls exception enabled forced
rls image enabled forced
rls pack enabled forced
rls state enabled forced

-- policies
policy decision.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy exception.relay permissive for select to stella_relay using (true) with check (-)
policy exception.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy image.relay permissive for select to stella_relay using (true) with check (-)
policy image.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy pack.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy state.relay permissive for select to stella_relay using (true) with check (-)
policy state.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant INSERT, SELECT on decision to stella_app
grant INSERT, SELECT, UPDATE on exception to stella_app
grant SELECT on exception to stella_relay
grant INSERT, SELECT, UPDATE on image to stella_app
grant SELECT on image to stella_relay
grant INSERT, SELECT on pack to stella_app
grant UPDATE on pack.is_active to stella_app
grant USAGE on schema policy to stella_app
grant USAGE on schema policy to stella_relay
grant INSERT, SELECT, UPDATE on state to stella_app
grant SELECT on state to stella_relay
