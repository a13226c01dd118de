-- Schema audit, as its migrations leave it. Generated; a test compares it.

-- tables
table entry.tenant_id uuid not null
table entry.sequence bigint not null
table entry.id uuid not null
table entry.recorded_at timestamp(3) with time zone not null
table entry.actor_id text not null
table entry.action text not null
table entry.target_type text not null
table entry.target_id text not null
table entry.outcome text not null
table entry.body text not null
table entry.hash text not null
table head.tenant_id uuid not null
table head.sequence bigint not null
table head.hash text not null

-- constraints
constraint entry.entry_id_key UNIQUE (id)
constraint entry.entry_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'read'::text, 'refused'::text])))
constraint entry.entry_pkey PRIMARY KEY (tenant_id, sequence)
constraint head.head_pkey PRIMARY KEY (tenant_id)

-- indexes
CREATE INDEX entry_of_actor ON audit.entry USING btree (tenant_id, actor_id, sequence)
CREATE INDEX entry_of_target ON audit.entry USING btree (tenant_id, target_type, target_id, sequence)

-- row-level security
rls entry enabled forced
rls head enabled forced

-- policies
policy entry.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy head.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant INSERT, SELECT on entry to stella_app
grant INSERT, SELECT, UPDATE on head to stella_app
grant USAGE on schema audit to stella_app
