-- Schema vex, as its migrations leave it. Generated; a test compares it.

-- tables
table document.tenant_id uuid not null
table document.id uuid not null
table document.digest text not null
table document.document_id text not null
table document.author text
table document.said_at text
table document.statements integer not null
table document.provider text not null
table document.received_at timestamp(3) with time zone not null
table head.tenant_id uuid not null
table head.version bigint not null
table snapshot.tenant_id uuid not null
table snapshot.id uuid not null
table snapshot.digest text not null
table snapshot.documents integer not null
table snapshot.created_at timestamp(3) with time zone not null
table statement.tenant_id uuid not null
table statement.document uuid not null
table statement.index integer not null
table statement.vulnerability text not null
table statement.products jsonb not null
table statement.product_count integer not null
table statement.subcomponents jsonb not null
table statement.status text not null
table statement.justification text
table statement.said_at text
table statement_name.tenant_id uuid not null
table statement_name.name text not null
table statement_name.document uuid not null
table statement_name.index integer not null

-- constraints
constraint document.document_pkey PRIMARY KEY (tenant_id, id)
constraint document.document_tenant_id_digest_key UNIQUE (tenant_id, digest)
constraint head.head_pkey PRIMARY KEY (tenant_id)
constraint snapshot.snapshot_pkey PRIMARY KEY (tenant_id, id)
constraint snapshot.snapshot_tenant_id_digest_key UNIQUE (tenant_id, digest)
constraint statement.statement_pkey PRIMARY KEY (tenant_id, document, index)
constraint statement.statement_status_check CHECK ((status = ANY (ARRAY['not_affected'::text, 'affected'::text, 'fixed'::text, 'under_investigation'::text])))
constraint statement.statement_tenant_id_document_fkey FOREIGN KEY (tenant_id, document) REFERENCES vex.document(tenant_id, id)
constraint statement_name.statement_name_pkey PRIMARY KEY (tenant_id, name, document, index)
constraint statement_name.statement_name_tenant_id_document_index_fkey FOREIGN KEY (tenant_id, document, index) REFERENCES vex.statement(tenant_id, document, index)

-- row-level security
rls document enabled forced
rls head enabled forced
rls snapshot enabled forced
rls statement enabled forced
rls statement_name enabled forced

-- policies
policy document.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy head.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy snapshot.relay permissive for all to stella_relay using (true) with check (-)
policy snapshot.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy statement.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy statement_name.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant INSERT, SELECT on document to stella_app
grant INSERT, SELECT, UPDATE on head to stella_app
grant USAGE on schema vex to stella_app
grant USAGE on schema vex to stella_relay
grant INSERT, SELECT on snapshot to stella_app
grant SELECT on snapshot to stella_relay
grant INSERT, SELECT on statement to stella_app
grant INSERT, SELECT on statement_name to stella_app
