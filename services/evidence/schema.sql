-- Schema evidence, as its migrations leave it. Generated; a test compares it.

-- tables
table audit_export.tenant_id uuid not null
table audit_export.id uuid not null
table audit_export.first_sequence bigint not null
table audit_export.last_sequence bigint not null
table audit_export.before_hash text not null
table audit_export.after_hash text not null
table audit_export.first_at timestamp(3) with time zone not null
table audit_export.last_at timestamp(3) with time zone not null
table audit_export.entries_digest text not null
table audit_export.entries_size_bytes bigint not null
table audit_export.statement_digest text not null
table audit_export.bundle_digest text not null
table audit_export.log_index bigint not null
table audit_export.exported_at timestamp(3) with time zone not null
table audit_export.exported_by_id text not null
table audit_export.exported_by_name text not null
table packet.tenant_id uuid not null
table packet.id uuid not null
table packet.kind text not null
table packet.subject_id text not null
table packet.state text not null
table packet.title text not null
table packet.predicate_type text not null
table packet.statement_digest text not null
table packet.bundle_digest text not null
table packet.log_index bigint not null
table packet.capsule_digest text
table packet.capsule_size_bytes bigint
table packet.image_digests text[] not null
table packet.sealed_at timestamp(3) with time zone not null
table packet_image.tenant_id uuid not null
table packet_image.image_digest text not null
table packet_image.packet_id uuid not null

-- constraints
constraint audit_export.audit_export_check CHECK ((last_sequence >= first_sequence))
constraint audit_export.audit_export_first_sequence_check CHECK ((first_sequence >= 1))
constraint audit_export.audit_export_pkey PRIMARY KEY (tenant_id, id)
constraint audit_export.audit_export_tenant_id_first_sequence_last_sequence_key UNIQUE (tenant_id, first_sequence, last_sequence)
constraint packet.packet_check CHECK (((kind = 'decision'::text) = ((capsule_digest IS NOT NULL) AND (capsule_size_bytes IS NOT NULL) AND (state = ''::text))))
constraint packet.packet_kind_check CHECK ((kind = ANY (ARRAY['decision'::text, 'promotion'::text, 'deployment'::text])))
constraint packet.packet_pkey PRIMARY KEY (tenant_id, id)
constraint packet.packet_tenant_id_kind_subject_id_state_key UNIQUE (tenant_id, kind, subject_id, state)
constraint packet_image.packet_image_pkey PRIMARY KEY (tenant_id, image_digest, packet_id)
constraint packet_image.packet_image_tenant_id_packet_id_fkey FOREIGN KEY (tenant_id, packet_id) REFERENCES evidence.packet(tenant_id, id)

-- indexes
CREATE INDEX packet_of_capsule ON evidence.packet USING btree (tenant_id, capsule_digest)
CREATE INDEX packet_of_kind ON evidence.packet USING btree (tenant_id, kind, id)
CREATE INDEX packet_of_subject ON evidence.packet USING btree (tenant_id, subject_id, id)

-- row-level security
rls audit_export enabled forced
rls packet enabled forced
rls packet_image enabled forced

-- policies
policy audit_export.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy packet.relay permissive for select to stella_relay using (true) with check (-)
policy packet.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy packet_image.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant INSERT, SELECT on audit_export to stella_app
grant INSERT, SELECT on packet to stella_app
grant SELECT on packet to stella_relay
grant INSERT, SELECT on packet_image to stella_app
grant USAGE on schema evidence to stella_app
grant USAGE on schema evidence to stella_relay
