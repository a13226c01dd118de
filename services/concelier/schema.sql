-- Schema concelier, as its migrations leave it. Generated; a test compares it.

-- tables
table feed.tenant_id uuid not null
table feed.version bigint not null
table feed.snapshot_version bigint not null
table observation.tenant_id uuid not null
table observation.digest text not null
table observation.advisory_id text not null
table observation.source text not null
table observation.modified text not null
table observation.is_withdrawn boolean not null
table observation.aliases jsonb not null
table observation.summary text
table observation.packages jsonb not null
table observation.package_count integer not null
table observation.pack text not null
table observation.pack_offset integer not null
table observation.size_bytes integer not null
table observation.received_at timestamp(3) with time zone not null
table observation_name.tenant_id uuid not null
table observation_name.name text not null
table observation_name.digest text not null
table observation_package.tenant_id uuid not null
table observation_package.ecosystem text not null
table observation_package.name text not null
table observation_package.digest text not null
table snapshot.tenant_id uuid not null
table snapshot.id uuid not null
table snapshot.digest text not null
table snapshot.index_digest text not null
table snapshot.records integer not null
table snapshot.size_bytes bigint not null
table snapshot.created_at timestamp(3) with time zone not null
table watched_file.tenant_id uuid not null
table watched_file.path_digest text not null
table watched_file.path text not null
table watched_file.size_bytes bigint not null
table watched_file.modified_ms double precision not null
table watched_file.content_digest text not null
table watched_file.fault text

-- constraints
constraint feed.feed_pkey PRIMARY KEY (tenant_id)
constraint observation.observation_pkey PRIMARY KEY (tenant_id, digest)
constraint observation_name.observation_name_pkey PRIMARY KEY (tenant_id, name, digest)
constraint observation_name.observation_name_tenant_id_digest_fkey FOREIGN KEY (tenant_id, digest) REFERENCES concelier.observation(tenant_id, digest)
constraint observation_package.observation_package_pkey PRIMARY KEY (tenant_id, ecosystem, name, digest)
constraint observation_package.observation_package_tenant_id_digest_fkey FOREIGN KEY (tenant_id, digest) REFERENCES concelier.observation(tenant_id, digest)
constraint snapshot.snapshot_pkey PRIMARY KEY (tenant_id, id)
constraint snapshot.snapshot_tenant_id_digest_index_digest_key UNIQUE (tenant_id, digest, index_digest)
constraint watched_file.watched_file_pkey PRIMARY KEY (tenant_id, path_digest)

-- indexes
CREATE INDEX observation_by_id ON concelier.observation USING btree (tenant_id, advisory_id, digest)
CREATE INDEX observation_name_by_digest ON concelier.observation_name USING btree (tenant_id, digest)
CREATE INDEX observation_package_by_name ON concelier.observation_package USING btree (tenant_id, name)

-- row-level security
rls feed enabled forced
rls observation enabled forced
rls observation_name enabled forced
rls observation_package enabled forced
rls snapshot enabled forced
rls watched_file enabled forced

-- policies
policy feed.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy observation.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy observation_name.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy observation_package.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy snapshot.relay permissive for all to stella_relay using (true) with check (-)
policy snapshot.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy watched_file.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant INSERT, SELECT, UPDATE on feed to stella_app
grant INSERT, SELECT on observation to stella_app
grant INSERT, SELECT on observation_name to stella_app
grant INSERT, SELECT on observation_package to stella_app
grant USAGE on schema concelier to stella_app
grant USAGE on schema concelier to stella_relay
grant INSERT, SELECT on snapshot to stella_app
grant SELECT on snapshot to stella_relay
grant INSERT, SELECT, UPDATE on watched_file to stella_app
