-- Schema findings, as its migrations leave it. Generated; a test compares it.

-- tables
table finding.tenant_id uuid not null
table finding.id uuid not null
table finding.image_digest text not null
table finding.identity text not null
table finding.vulnerability text not null
table finding.aliases jsonb not null
table finding.component text not null
table finding.package text not null
table finding.installed_version text not null
table finding.fixed_versions jsonb not null
table finding.has_fix boolean not null
table finding.severity text not null
table finding.score double precision
table finding.priority integer not null
table finding.order_key text not null
table finding.status text not null
table finding.vex_status text
table finding.reachability text not null
table finding.verdict text not null
table finding.first_seen_at timestamp(3) with time zone not null
table finding.changed_at timestamp(3) with time zone not null
table finding.decision_id text not null
table finding.content text not null
table finding.body text not null
table head.tenant_id uuid not null
table head.sequence bigint not null
table head.hash text not null
table image.tenant_id uuid not null
table image.image_digest text not null
table image.name text
table image.decision_id text
table image.evaluated_at timestamp(3) with time zone
table image.open_critical integer not null default 0
table image.open_high integer not null default 0
table image.open_medium integer not null default 0
table image.open_low integer not null default 0
table image.open_none integer not null default 0
table image.open_unknown integer not null default 0
table image.not_affected integer not null default 0
table image.excepted integer not null default 0
table image.resolved integer not null default 0
table image.not_evaluated integer not null default 0
table image_name.tenant_id uuid not null
table image_name.image_digest text not null
table image_name.name text not null
table ledger.tenant_id uuid not null
table ledger.sequence bigint not null
table ledger.finding_id uuid not null
table ledger.body text not null
table ledger.hash text not null
table name.tenant_id uuid not null
table name.name text not null
table name.finding_id uuid not null

-- constraints
constraint finding.finding_pkey PRIMARY KEY (tenant_id, id)
constraint finding.finding_severity_check CHECK ((severity = ANY (ARRAY['none'::text, 'low'::text, 'medium'::text, 'high'::text, 'critical'::text, 'unknown'::text])))
constraint finding.finding_status_check CHECK ((status = ANY (ARRAY['open'::text, 'not_affected'::text, 'excepted'::text, 'resolved'::text, 'not_evaluated'::text])))
constraint finding.finding_tenant_id_image_digest_fkey FOREIGN KEY (tenant_id, image_digest) REFERENCES findings.image(tenant_id, image_digest)
constraint finding.finding_tenant_id_image_digest_identity_key UNIQUE (tenant_id, image_digest, identity)
constraint head.head_pkey PRIMARY KEY (tenant_id)
constraint image.image_pkey PRIMARY KEY (tenant_id, image_digest)
constraint image_name.image_name_pkey PRIMARY KEY (tenant_id, image_digest)
constraint ledger.ledger_pkey PRIMARY KEY (tenant_id, sequence)
constraint name.name_pkey PRIMARY KEY (tenant_id, name, finding_id)
constraint name.name_tenant_id_finding_id_fkey FOREIGN KEY (tenant_id, finding_id) REFERENCES findings.finding(tenant_id, id)

-- indexes
CREATE INDEX finding_in_order ON findings.finding USING btree (tenant_id, priority, order_key, id, has_fix)
CREATE INDEX finding_of_image ON findings.finding USING btree (tenant_id, image_digest, priority, order_key, id)
CREATE INDEX finding_of_package ON findings.finding USING btree (tenant_id, package, priority, order_key, id)
CREATE INDEX finding_of_status ON findings.finding USING btree (tenant_id, status, priority, order_key, id, has_fix)
CREATE INDEX ledger_of_finding ON findings.ledger USING btree (tenant_id, finding_id, sequence)

-- row-level security
rls finding enabled forced
rls head enabled forced
rls image enabled forced
rls image_name enabled forced
rls ledger enabled forced
rls name enabled forced

-- policies
policy finding.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy head.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy image.relay permissive for all to stella_relay using (true) with check (-)
policy image.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy image_name.relay permissive for all to stella_relay using (true) with check (-)
policy image_name.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy ledger.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy name.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant INSERT, SELECT, UPDATE on finding to stella_app
grant INSERT, SELECT, UPDATE on head to stella_app
grant INSERT, SELECT, UPDATE on image to stella_app
grant SELECT on image to stella_relay
grant INSERT, SELECT, UPDATE on image_name to stella_app
grant SELECT on image_name to stella_relay
grant INSERT, SELECT on ledger to stella_app
grant DELETE, INSERT, SELECT on name to stella_app
grant USAGE on schema findings to stella_app
grant USAGE on schema findings to stella_relay
