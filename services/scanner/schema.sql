-- Schema scanner, as its migrations leave it. Generated; a test compares it.

-- tables
table image.tenant_id uuid not null
table image.digest text not null
table image.name text not null
table image.platform text
table image.index_digest text
table image.config_digest text
table image.origin text not null
table image.inventory_digest text not null
table image.sbom_digest text
table image.components integer not null
table image.gaps integer not null
table image.size_bytes bigint
table image.first_seen_at timestamp(3) with time zone not null
table image.scanned_at timestamp(3) with time zone not null
table image_alias.tenant_id uuid not null
table image_alias.alias text not null
table image_alias.digest text not null
table scan.tenant_id uuid not null
table scan.id uuid not null
table scan.kind text not null
table scan.source text not null
table scan.platform text
table scan.upload_digest text
table scan.status text not null
table scan.image_digest text
table scan.attempts integer not null default 0
table scan.error_code text
table scan.error_message text
table scan.error_hint text
table scan.requested_by text not null
table scan.actor_id text not null
table scan.created_at timestamp(3) with time zone not null
table scan.finished_at timestamp(3) with time zone

-- constraints
constraint image.image_check CHECK (((origin = 'sbom'::text) = (sbom_digest IS NOT NULL)))
constraint image.image_origin_check CHECK ((origin = ANY (ARRAY['scan'::text, 'sbom'::text])))
constraint image.image_pkey PRIMARY KEY (tenant_id, digest)
constraint image_alias.image_alias_pkey PRIMARY KEY (tenant_id, alias, digest)
constraint image_alias.image_alias_tenant_id_digest_fkey FOREIGN KEY (tenant_id, digest) REFERENCES scanner.image(tenant_id, digest)
constraint scan.scan_check CHECK (((kind = 'archive'::text) = (upload_digest IS NOT NULL)))
constraint scan.scan_check1 CHECK (((status = ANY (ARRAY['succeeded'::text, 'failed'::text])) = (finished_at IS NOT NULL)))
constraint scan.scan_check2 CHECK (((status = 'succeeded'::text) = (image_digest IS NOT NULL)))
constraint scan.scan_kind_check CHECK ((kind = ANY (ARRAY['registry'::text, 'archive'::text])))
constraint scan.scan_pkey PRIMARY KEY (tenant_id, id)
constraint scan.scan_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text])))
constraint scan.scan_tenant_id_image_digest_fkey FOREIGN KEY (tenant_id, image_digest) REFERENCES scanner.image(tenant_id, digest)

-- indexes
CREATE INDEX image_alias_of_image ON scanner.image_alias USING btree (tenant_id, digest)
CREATE INDEX image_by_time ON scanner.image USING btree (tenant_id, scanned_at, digest)
CREATE INDEX scan_by_status ON scanner.scan USING btree (tenant_id, status, id)
CREATE INDEX scan_of_image ON scanner.scan USING btree (tenant_id, image_digest)
CREATE INDEX scan_of_upload ON scanner.scan USING btree (tenant_id, upload_digest) WHERE (finished_at IS NULL)

-- row-level security
rls image enabled forced
rls image_alias enabled forced
rls scan enabled forced

-- policies
policy image.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy image_alias.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy scan.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant INSERT, SELECT, UPDATE on image to stella_app
grant INSERT, SELECT on image_alias to stella_app
grant INSERT, SELECT, UPDATE on scan to stella_app
grant USAGE on schema scanner to stella_app
