-- Schema attestor, as its migrations leave it. Generated; a test compares it.

-- tables
table checkpoint.size bigint not null
table checkpoint.root bytea not null
table checkpoint.note text not null
table checkpoint.signed_at timestamp(3) with time zone not null
table entry.log_index bigint not null
table entry.leaf_hash bytea not null
table entry.body bytea not null
table entry_owner.tenant_id uuid not null
table entry_owner.log_index bigint not null
table log.id smallint not null
table log.origin text not null
table log.public_key bytea not null
table log.sealed_seed text not null
table log.created_at timestamp(3) with time zone not null
table node.level smallint not null
table node."position" bigint not null
table node.hash bytea not null

-- constraints
constraint checkpoint.checkpoint_pkey PRIMARY KEY (size)
constraint checkpoint.checkpoint_root_check CHECK ((octet_length(root) = 32))
constraint checkpoint.checkpoint_size_check CHECK ((size >= 0))
constraint entry.entry_body_check CHECK ((octet_length(body) <= 65535))
constraint entry.entry_leaf_hash_check CHECK ((octet_length(leaf_hash) = 32))
constraint entry.entry_leaf_hash_key UNIQUE (leaf_hash)
constraint entry.entry_log_index_check CHECK ((log_index >= 0))
constraint entry.entry_pkey PRIMARY KEY (log_index)
constraint entry_owner.entry_owner_log_index_fkey FOREIGN KEY (log_index) REFERENCES attestor.entry(log_index)
constraint entry_owner.entry_owner_pkey PRIMARY KEY (tenant_id, log_index)
constraint log.log_id_check CHECK ((id = 1))
constraint log.log_pkey PRIMARY KEY (id)
constraint log.log_public_key_check CHECK ((octet_length(public_key) = 32))
constraint node.node_hash_check CHECK ((octet_length(hash) = 32))
constraint node.node_level_check CHECK ((level > 0))
constraint node.node_pkey PRIMARY KEY (level, "position")
constraint node.node_position_check CHECK (("position" >= 0))

-- row-level security
rls checkpoint disabled
rls entry disabled
rls entry_owner enabled forced
rls log disabled
rls node disabled

-- policies
policy entry_owner.relay permissive for all to stella_relay using (true) with check (-)
policy entry_owner.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant INSERT, SELECT on checkpoint to stella_relay
grant INSERT, SELECT on entry to stella_relay
grant SELECT on entry_owner to stella_app
grant INSERT, SELECT on entry_owner to stella_relay
grant INSERT, SELECT on log to stella_relay
grant INSERT, SELECT on node to stella_relay
grant USAGE on schema attestor to stella_app
grant USAGE on schema attestor to stella_relay
