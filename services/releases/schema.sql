-- Schema releases, as its migrations leave it. Generated; a test compares it.

-- tables
table agent.tenant_id uuid not null
table agent.agent_id uuid not null
table agent.name text not null
table agent.software_version text not null
table agent.platform text
table agent.enrolled_at timestamp(3) with time zone not null
table agent.last_seen_at timestamp(3) with time zone
table agent.revoked_at timestamp(3) with time zone
table agent_authority.id smallint not null
table agent_authority.certificate text not null
table agent_authority.sealed_key text not null
table agent_authority.created_at timestamp(3) with time zone not null
table agent_certificate.tenant_id uuid not null
table agent_certificate.serial text not null
table agent_certificate.agent_id uuid not null
table agent_certificate.fingerprint text not null
table agent_certificate.not_before timestamp(3) with time zone not null
table agent_certificate.not_after timestamp(3) with time zone not null
table agent_certificate.first_used_at timestamp(3) with time zone
table agent_certificate.ends_at timestamp(3) with time zone
table approval.tenant_id uuid not null
table approval.approval_id uuid not null
table approval.promotion_id uuid not null
table approval.person_id text not null
table approval.person_name text not null
table approval.verdict text not null
table approval.reason text not null
table approval.release_digest text not null
table approval.policy_digest text
table approval.is_valid boolean not null default true
table approval.decided_at timestamp(3) with time zone not null
table approval.void_code text
table approval.voided_at timestamp(3) with time zone
table calendar.tenant_id uuid not null
table calendar.day date not null
table calendar.releases integer not null
table component.tenant_id uuid not null
table component.component_id uuid not null
table component.name text not null
table component.repository text not null
table component.description text not null
table component.version integer not null default 1
table component.created_at timestamp(3) with time zone not null
table component.updated_at timestamp(3) with time zone not null
table deployment.tenant_id uuid not null
table deployment.deployment_id uuid not null
table deployment.promotion_id uuid
table deployment.release_id uuid not null
table deployment.environment_id uuid not null
table deployment.kind text not null
table deployment.strategy text not null
table deployment.state text not null
table deployment.is_cancelled boolean not null default false
table deployment.sentence text not null
table deployment.template_kind text not null
table deployment.template_digest text not null
table deployment.plan_digest text not null
table deployment.started_by_id text not null
table deployment.started_by_name text not null
table deployment.reason text not null
table deployment.previous_release_id uuid
table deployment.packet_id uuid
table deployment.bundle_digest text
table deployment.version integer not null default 1
table deployment.created_at timestamp(3) with time zone not null
table deployment.updated_at timestamp(3) with time zone not null
table deployment.finished_at timestamp(3) with time zone
table enrolment.tenant_id uuid not null
table enrolment.enrolment_id uuid not null
table enrolment.name text not null
table enrolment.token_digest text not null
table enrolment.created_by_id text not null
table enrolment.created_by_name text not null
table enrolment.expires_at timestamp(3) with time zone not null
table enrolment.used_at timestamp(3) with time zone
table environment.tenant_id uuid not null
table environment.environment_id uuid not null
table environment.name text not null
table environment.place integer not null
table environment.required_approvals integer not null
table environment.is_separation_of_duties boolean not null
table environment.policy text
table environment.current_release_id uuid
table environment.current_promotion_id uuid
table environment.current_since timestamp(3) with time zone
table environment.version integer not null default 1
table environment.created_at timestamp(3) with time zone not null
table environment.updated_at timestamp(3) with time zone not null
table "freeze".tenant_id uuid not null
table "freeze".freeze_id uuid not null
table "freeze".environment_id uuid not null
table "freeze".starts_at timestamp(3) with time zone not null
table "freeze".ends_at timestamp(3) with time zone not null
table "freeze".reason text not null
table "freeze".created_by_id text not null
table "freeze".created_by_name text not null
table promotion.tenant_id uuid not null
table promotion.promotion_id uuid not null
table promotion.release_id uuid not null
table promotion.environment_id uuid not null
table promotion.state text not null
table promotion.sentence text not null
table promotion.reason text not null
table promotion.requested_by_id text not null
table promotion.requested_by_name text not null
table promotion.gates jsonb not null
table promotion.required_approvals integer not null
table promotion.policy_digest text
table promotion.packet_id uuid
table promotion.version integer not null default 1
table promotion.requested_at timestamp(3) with time zone not null
table promotion.updated_at timestamp(3) with time zone not null
table promotion.decided_at timestamp(3) with time zone
table promotion.expires_at timestamp(3) with time zone not null
table promotion.wanted integer not null default 1
table promotion.evaluated integer not null default 0
table promotion.stale_at integer not null default 1
table promotion.failures integer not null default 0
table promotion.wake_at timestamp(3) with time zone
table promotion_decision.tenant_id uuid not null
table promotion_decision.promotion_id uuid not null
table promotion_decision.image_digest text not null
table promotion_decision.decision_id text not null
table promotion_decision.evaluation integer not null
table promotion_decision.policy text
table promotion_decision.findings_digest text not null
table promotion_decision.advisory_snapshot text not null
table promotion_decision.body jsonb not null
table promotion_decision.packet_id uuid
table release.tenant_id uuid not null
table release.release_id uuid not null
table release.name text not null
table release.version text not null
table release.calendar_version text not null
table release.mode text not null
table release.digest text not null
table release.notes text not null
table release.created_by_id text not null
table release.created_by_name text not null
table release.created_at timestamp(3) with time zone not null
table release_component.tenant_id uuid not null
table release_component.release_id uuid not null
table release_component.component text not null
table release_component.component_id uuid not null
table release_component.repository text not null
table release_component.requested text not null
table release_component.index_digest text
table release_component.platforms jsonb not null
table release_image.tenant_id uuid not null
table release_image.image_digest text not null
table release_image.release_id uuid not null
table scan_request.tenant_id uuid not null
table scan_request.image_digest text not null
table scan_request.attempt integer not null
table scan_request.scan_id uuid
table scan_request.has_failed boolean not null default false
table target.tenant_id uuid not null
table target.target_id uuid not null
table target.name text not null
table target.environment_id uuid not null
table target.kind text not null
table target.agent_id uuid not null
table target.engine_version text
table target.release_id uuid
table target.deployment_id uuid
table target.plan_digest text
table target.seen_at timestamp(3) with time zone
table target.observed_at timestamp(3) with time zone
table target.is_stale boolean not null default false
table target.containers jsonb not null default '[]'::jsonb
table target.image_digests text[] not null default '{}'::text[]
table target.drift jsonb not null default '[]'::jsonb
table target.version integer not null default 1
table target.created_at timestamp(3) with time zone not null
table target.removed_at timestamp(3) with time zone
table task.tenant_id uuid not null
table task.task_id uuid not null
table task.deployment_id uuid not null
table task.target_id uuid not null
table task.batch integer not null
table task.kind text not null
table task.state text not null
table task.attempt integer not null default 1
table task.fencing_token integer not null default 0
table task.lease_until timestamp(3) with time zone
table task.plan_digest text not null
table task.steps jsonb not null default '[]'::jsonb
table task.output text not null default ''::text
table task.receipt_digest text
table task.started_at timestamp(3) with time zone
table task.finished_at timestamp(3) with time zone
table template.tenant_id uuid not null
table template.environment_id uuid not null
table template.kind text not null
table template.digest text not null
table template.services jsonb not null
table template.strategy text not null
table template.batch_size integer not null
table template.updated_by_id text not null
table template.updated_by_name text not null
table template.updated_at timestamp(3) with time zone not null

-- constraints
constraint agent.agent_pkey PRIMARY KEY (tenant_id, agent_id)
constraint agent_authority.agent_authority_id_check CHECK ((id = 1))
constraint agent_authority.agent_authority_pkey PRIMARY KEY (id)
constraint agent_certificate.agent_certificate_pkey PRIMARY KEY (tenant_id, serial)
constraint agent_certificate.agent_certificate_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES releases.agent(tenant_id, agent_id)
constraint approval.approval_check CHECK (((void_code IS NULL) = (voided_at IS NULL)))
constraint approval.approval_check1 CHECK (((void_code IS NULL) OR (NOT is_valid)))
constraint approval.approval_pkey PRIMARY KEY (tenant_id, approval_id)
constraint approval.approval_tenant_id_promotion_id_fkey FOREIGN KEY (tenant_id, promotion_id) REFERENCES releases.promotion(tenant_id, promotion_id)
constraint approval.approval_verdict_check CHECK ((verdict = ANY (ARRAY['approved'::text, 'rejected'::text])))
constraint approval.approval_void_code_check CHECK ((void_code = ANY (ARRAY['right_lost'::text, 'duties'::text, 'changed'::text, 'blocked'::text, 'withdrawn'::text])))
constraint calendar.calendar_pkey PRIMARY KEY (tenant_id, day)
constraint component.component_pkey PRIMARY KEY (tenant_id, component_id)
constraint component.component_tenant_id_name_key UNIQUE (tenant_id, name)
constraint deployment.deployment_kind_check CHECK ((kind = ANY (ARRAY['deploy'::text, 'rollback'::text])))
constraint deployment.deployment_pkey PRIMARY KEY (tenant_id, deployment_id)
constraint deployment.deployment_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'rolling_back'::text, 'rolled_back'::text, 'cancelled'::text])))
constraint deployment.deployment_strategy_check CHECK ((strategy = ANY (ARRAY['all_at_once'::text, 'rolling'::text])))
constraint deployment.deployment_template_kind_check CHECK ((template_kind = ANY (ARRAY['compose'::text, 'script'::text])))
constraint deployment.deployment_tenant_id_environment_id_fkey FOREIGN KEY (tenant_id, environment_id) REFERENCES releases.environment(tenant_id, environment_id)
constraint deployment.deployment_tenant_id_previous_release_id_fkey FOREIGN KEY (tenant_id, previous_release_id) REFERENCES releases.release(tenant_id, release_id)
constraint deployment.deployment_tenant_id_promotion_id_fkey FOREIGN KEY (tenant_id, promotion_id) REFERENCES releases.promotion(tenant_id, promotion_id)
constraint deployment.deployment_tenant_id_release_id_fkey FOREIGN KEY (tenant_id, release_id) REFERENCES releases.release(tenant_id, release_id)
constraint enrolment.enrolment_pkey PRIMARY KEY (tenant_id, enrolment_id)
constraint environment.environment_pkey PRIMARY KEY (tenant_id, environment_id)
constraint environment.environment_required_approvals_check CHECK ((required_approvals >= 0))
constraint environment.environment_tenant_id_current_promotion_id_fkey FOREIGN KEY (tenant_id, current_promotion_id) REFERENCES releases.promotion(tenant_id, promotion_id)
constraint environment.environment_tenant_id_current_release_id_fkey FOREIGN KEY (tenant_id, current_release_id) REFERENCES releases.release(tenant_id, release_id)
constraint environment.environment_tenant_id_name_key UNIQUE (tenant_id, name)
constraint environment.environment_tenant_id_place_key UNIQUE (tenant_id, place)
constraint "freeze".freeze_check CHECK ((ends_at > starts_at))
constraint "freeze".freeze_pkey PRIMARY KEY (tenant_id, freeze_id)
constraint "freeze".freeze_tenant_id_environment_id_fkey FOREIGN KEY (tenant_id, environment_id) REFERENCES releases.environment(tenant_id, environment_id)
constraint promotion.promotion_pkey PRIMARY KEY (tenant_id, promotion_id)
constraint promotion.promotion_state_check CHECK ((state = ANY (ARRAY['pending_gate'::text, 'pending_approval'::text, 'approved'::text, 'rejected'::text, 'deploying'::text, 'deployed'::text, 'failed'::text, 'cancelled'::text, 'rolled_back'::text])))
constraint promotion.promotion_tenant_id_environment_id_fkey FOREIGN KEY (tenant_id, environment_id) REFERENCES releases.environment(tenant_id, environment_id)
constraint promotion.promotion_tenant_id_release_id_fkey FOREIGN KEY (tenant_id, release_id) REFERENCES releases.release(tenant_id, release_id)
constraint promotion_decision.promotion_decision_pkey PRIMARY KEY (tenant_id, promotion_id, image_digest)
constraint promotion_decision.promotion_decision_tenant_id_promotion_id_fkey FOREIGN KEY (tenant_id, promotion_id) REFERENCES releases.promotion(tenant_id, promotion_id)
constraint release.release_mode_check CHECK ((mode = ANY (ARRAY['verified'::text, 'unverified'::text])))
constraint release.release_pkey PRIMARY KEY (tenant_id, release_id)
constraint release.release_tenant_id_calendar_version_key UNIQUE (tenant_id, calendar_version)
constraint release.release_tenant_id_name_version_key UNIQUE (tenant_id, name, version)
constraint release_component.release_component_pkey PRIMARY KEY (tenant_id, release_id, component)
constraint release_component.release_component_tenant_id_component_id_fkey FOREIGN KEY (tenant_id, component_id) REFERENCES releases.component(tenant_id, component_id)
constraint release_component.release_component_tenant_id_release_id_fkey FOREIGN KEY (tenant_id, release_id) REFERENCES releases.release(tenant_id, release_id)
constraint release_image.release_image_pkey PRIMARY KEY (tenant_id, image_digest, release_id)
constraint release_image.release_image_tenant_id_release_id_fkey FOREIGN KEY (tenant_id, release_id) REFERENCES releases.release(tenant_id, release_id)
constraint scan_request.scan_request_pkey PRIMARY KEY (tenant_id, image_digest)
constraint target.target_kind_check CHECK ((kind = ANY (ARRAY['docker'::text, 'script'::text])))
constraint target.target_pkey PRIMARY KEY (tenant_id, target_id)
constraint target.target_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES releases.agent(tenant_id, agent_id)
constraint target.target_tenant_id_environment_id_fkey FOREIGN KEY (tenant_id, environment_id) REFERENCES releases.environment(tenant_id, environment_id)
constraint target.target_tenant_id_release_id_fkey FOREIGN KEY (tenant_id, release_id) REFERENCES releases.release(tenant_id, release_id)
constraint task.task_kind_check CHECK ((kind = ANY (ARRAY['deploy'::text, 'rollback'::text])))
constraint task.task_pkey PRIMARY KEY (tenant_id, task_id)
constraint task.task_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'skipped'::text, 'cancelled'::text])))
constraint task.task_tenant_id_deployment_id_fkey FOREIGN KEY (tenant_id, deployment_id) REFERENCES releases.deployment(tenant_id, deployment_id)
constraint task.task_tenant_id_deployment_id_target_id_key UNIQUE (tenant_id, deployment_id, target_id)
constraint task.task_tenant_id_target_id_fkey FOREIGN KEY (tenant_id, target_id) REFERENCES releases.target(tenant_id, target_id)
constraint template.template_batch_size_check CHECK ((batch_size > 0))
constraint template.template_kind_check CHECK ((kind = ANY (ARRAY['compose'::text, 'script'::text])))
constraint template.template_pkey PRIMARY KEY (tenant_id, environment_id)
constraint template.template_strategy_check CHECK ((strategy = ANY (ARRAY['all_at_once'::text, 'rolling'::text])))
constraint template.template_tenant_id_environment_id_fkey FOREIGN KEY (tenant_id, environment_id) REFERENCES releases.environment(tenant_id, environment_id)

-- indexes
CREATE UNIQUE INDEX agent_certificate_fingerprint ON releases.agent_certificate USING btree (tenant_id, fingerprint)
CREATE INDEX agent_certificate_lookup ON releases.agent_certificate USING btree (fingerprint)
CREATE INDEX agent_certificate_of_agent ON releases.agent_certificate USING btree (tenant_id, agent_id, not_before)
CREATE INDEX agent_list ON releases.agent USING btree (tenant_id, name, agent_id)
CREATE UNIQUE INDEX agent_name ON releases.agent USING btree (tenant_id, name) WHERE (revoked_at IS NULL)
CREATE UNIQUE INDEX approval_of_person ON releases.approval USING btree (tenant_id, promotion_id, person_id) WHERE is_valid
CREATE INDEX approval_of_promotion ON releases.approval USING btree (tenant_id, promotion_id, approval_id)
CREATE INDEX deployment_of_environment ON releases.deployment USING btree (tenant_id, environment_id, deployment_id)
CREATE INDEX deployment_of_promotion ON releases.deployment USING btree (tenant_id, promotion_id, deployment_id)
CREATE INDEX deployment_plan ON releases.deployment USING btree (tenant_id, plan_digest)
CREATE INDEX deployment_template ON releases.deployment USING btree (tenant_id, template_digest)
CREATE UNIQUE INDEX deployment_under_way ON releases.deployment USING btree (tenant_id, environment_id) WHERE (state = ANY (ARRAY['pending'::text, 'running'::text, 'rolling_back'::text]))
CREATE INDEX enrolment_token ON releases.enrolment USING btree (token_digest) WHERE (used_at IS NULL)
CREATE INDEX freeze_of_environment ON releases."freeze" USING btree (tenant_id, environment_id, ends_at)
CREATE INDEX promotion_decision_id ON releases.promotion_decision USING btree (tenant_id, decision_id)
CREATE INDEX promotion_of_environment ON releases.promotion USING btree (tenant_id, environment_id, promotion_id)
CREATE INDEX promotion_of_release ON releases.promotion USING btree (tenant_id, release_id, promotion_id)
CREATE INDEX promotion_of_state ON releases.promotion USING btree (tenant_id, state, promotion_id)
CREATE INDEX promotion_open ON releases.promotion USING btree (tenant_id, promotion_id) WHERE (state = ANY (ARRAY['pending_gate'::text, 'pending_approval'::text]))
CREATE UNIQUE INDEX promotion_under_way ON releases.promotion USING btree (tenant_id, release_id, environment_id) WHERE (state = ANY (ARRAY['pending_gate'::text, 'pending_approval'::text, 'deploying'::text]))
CREATE INDEX release_of_name ON releases.release USING btree (tenant_id, name, release_id)
CREATE INDEX scan_request_id ON releases.scan_request USING btree (tenant_id, scan_id)
CREATE INDEX target_heard_of ON releases.target USING btree (seen_at) WHERE ((removed_at IS NULL) AND (NOT is_stale))
CREATE INDEX target_image ON releases.target USING gin (image_digests) WHERE (removed_at IS NULL)
CREATE UNIQUE INDEX target_name ON releases.target USING btree (tenant_id, name) WHERE (removed_at IS NULL)
CREATE INDEX target_of_agent ON releases.target USING btree (tenant_id, agent_id) WHERE (removed_at IS NULL)
CREATE INDEX target_of_environment ON releases.target USING btree (tenant_id, environment_id) WHERE (removed_at IS NULL)
CREATE INDEX task_leased ON releases.task USING btree (lease_until) WHERE (state = 'running'::text)
CREATE INDEX task_plan ON releases.task USING btree (tenant_id, plan_digest)
CREATE INDEX task_queued ON releases.task USING btree (tenant_id, target_id, task_id) WHERE (state = 'queued'::text)

-- row-level security
rls agent enabled forced
rls agent_authority disabled
rls agent_certificate enabled forced
rls approval enabled forced
rls calendar enabled forced
rls component enabled forced
rls deployment enabled forced
rls enrolment enabled forced
rls environment enabled forced
rls "freeze" enabled forced
rls promotion enabled forced
rls promotion_decision enabled forced
rls release enabled forced
rls release_component enabled forced
rls release_image enabled forced
rls scan_request enabled forced
rls target enabled forced
rls task enabled forced
rls template enabled forced

-- policies
policy agent.relay permissive for all to stella_relay using (true) with check (-)
policy agent.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy agent_certificate.relay permissive for all to stella_relay using (true) with check (-)
policy agent_certificate.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy approval.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy calendar.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy component.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy deployment.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy enrolment.relay permissive for all to stella_relay using (true) with check (-)
policy enrolment.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy environment.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy "freeze".tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy promotion.relay permissive for all to stella_relay using (true) with check (-)
policy promotion.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy promotion_decision.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy release.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy release_component.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy release_image.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy scan_request.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy target.relay permissive for all to stella_relay using (true) with check (-)
policy target.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy task.relay permissive for all to stella_relay using (true) with check (-)
policy task.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy template.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant DELETE, INSERT, SELECT on "freeze" to stella_app
grant INSERT, SELECT, UPDATE on agent to stella_app
grant SELECT on agent.agent_id to stella_relay
grant SELECT on agent.name to stella_relay
grant SELECT on agent.revoked_at to stella_relay
grant SELECT on agent.tenant_id to stella_relay
grant INSERT, SELECT on agent_authority to stella_relay
grant INSERT, SELECT, UPDATE on agent_certificate to stella_app
grant SELECT on agent_certificate to stella_relay
grant INSERT, SELECT on approval to stella_app
grant UPDATE on approval.is_valid to stella_app
grant UPDATE on approval.void_code to stella_app
grant UPDATE on approval.voided_at to stella_app
grant INSERT, SELECT, UPDATE on calendar to stella_app
grant INSERT, SELECT, UPDATE on component to stella_app
grant INSERT, SELECT, UPDATE on deployment to stella_app
grant INSERT, SELECT, UPDATE on enrolment to stella_app
grant SELECT on enrolment.enrolment_id to stella_relay
grant SELECT on enrolment.expires_at to stella_relay
grant SELECT on enrolment.tenant_id to stella_relay
grant SELECT on enrolment.token_digest to stella_relay
grant SELECT on enrolment.used_at to stella_relay
grant INSERT, SELECT, UPDATE on environment to stella_app
grant INSERT, SELECT, UPDATE on promotion to stella_app
grant SELECT on promotion.promotion_id to stella_relay
grant SELECT on promotion.state to stella_relay
grant SELECT on promotion.tenant_id to stella_relay
grant INSERT, SELECT, UPDATE on promotion_decision to stella_app
grant INSERT, SELECT on release to stella_app
grant INSERT, SELECT on release_component to stella_app
grant INSERT, SELECT on release_image to stella_app
grant INSERT, SELECT, UPDATE on scan_request to stella_app
grant USAGE on schema releases to stella_app
grant USAGE on schema releases to stella_relay
grant INSERT, SELECT, UPDATE on target to stella_app
grant SELECT on target.agent_id to stella_relay
grant SELECT on target.is_stale to stella_relay
grant SELECT on target.removed_at to stella_relay
grant SELECT on target.seen_at to stella_relay
grant SELECT on target.target_id to stella_relay
grant SELECT on target.tenant_id to stella_relay
grant INSERT, SELECT, UPDATE on task to stella_app
grant SELECT on task.lease_until to stella_relay
grant SELECT on task.state to stella_relay
grant SELECT on task.target_id to stella_relay
grant SELECT on task.task_id to stella_relay
grant SELECT on task.tenant_id to stella_relay
grant INSERT, SELECT, UPDATE on template to stella_app
