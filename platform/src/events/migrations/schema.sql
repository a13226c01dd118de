-- Schema events, as its migrations leave it. Generated; a test compares it.

-- tables
table consumed.consumer text not null
table consumed.event_id uuid not null
table consumed.tenant_id uuid not null
table consumed."position" bigint not null
table consumer.name text not null
table consumer."position" bigint not null
table outbox.id uuid not null
table outbox.tenant_id uuid not null
table outbox.type text not null
table outbox.version integer not null
table outbox.data jsonb not null
table outbox.occurred_at timestamp(3) with time zone not null
table outbox."position" bigint
table state.is_only boolean not null default true
table state.last_position bigint not null default 0
table state.trimmed_position bigint not null default 0

-- constraints
constraint consumed.consumed_pkey PRIMARY KEY (consumer, event_id)
constraint consumer.consumer_pkey PRIMARY KEY (name)
constraint outbox.outbox_pkey PRIMARY KEY (id)
constraint outbox.outbox_position_key UNIQUE ("position")
constraint state.state_is_only_check CHECK (is_only)
constraint state.state_pkey PRIMARY KEY (is_only)

-- indexes
CREATE INDEX consumed_position ON events.consumed USING btree ("position")
CREATE INDEX outbox_of_tenant ON events.outbox USING btree (tenant_id, "position")
CREATE INDEX outbox_waiting ON events.outbox USING btree (id) WHERE ("position" IS NULL)

-- row-level security
rls consumed enabled forced
rls consumer disabled
rls outbox enabled forced
rls state disabled

-- policies
policy consumed.relay permissive for all to stella_relay using (true) with check (-)
policy consumed.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy outbox.relay permissive for all to stella_relay using (true) with check (-)
policy outbox.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant INSERT, SELECT on consumed to stella_app
grant DELETE, SELECT on consumed to stella_relay
grant INSERT, SELECT, UPDATE on consumer to stella_relay
grant INSERT, SELECT on outbox to stella_app
grant DELETE, SELECT, UPDATE on outbox to stella_relay
grant USAGE on schema events to stella_app
grant USAGE on schema events to stella_relay
grant SELECT on state to stella_app
grant SELECT, UPDATE on state to stella_relay
