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
table parked.consumer text not null
table parked.event_id uuid not null
table parked.tenant_id uuid not null
table parked."position" bigint not null
table parked.state text not null
table parked.type text not null
table parked.version integer not null
table parked.data jsonb not null
table parked.occurred_at timestamp(3) with time zone not null
table parked.attempts integer not null default 0
table parked.next_attempt_at timestamp(3) with time zone not null default now()
table parked.error_code text
table parked.error_message text
table parked.failed_at timestamp(3) with time zone
table state.is_only boolean not null default true
table state.last_position bigint not null default 0
table state.trimmed_position bigint not null default 0

-- constraints
constraint consumed.consumed_pkey PRIMARY KEY (consumer, event_id)
constraint consumer.consumer_pkey PRIMARY KEY (name)
constraint outbox.outbox_pkey PRIMARY KEY (id)
constraint outbox.outbox_position_key UNIQUE ("position")
constraint parked.parked_pkey PRIMARY KEY (consumer, event_id)
constraint parked.parked_state_check CHECK ((state = ANY (ARRAY['retrying'::text, 'held'::text, 'parked'::text])))
constraint state.state_is_only_check CHECK (is_only)
constraint state.state_pkey PRIMARY KEY (is_only)

-- indexes
CREATE INDEX consumed_position ON events.consumed USING btree ("position")
CREATE INDEX outbox_of_tenant ON events.outbox USING btree (tenant_id, "position")
CREATE INDEX outbox_waiting ON events.outbox USING btree (id) WHERE ("position" IS NULL)
CREATE UNIQUE INDEX parked_order ON events.parked USING btree (consumer, tenant_id, "position")

-- row-level security
rls consumed enabled forced
rls consumer disabled
rls outbox enabled forced
rls parked enabled forced
rls state disabled

-- policies
policy consumed.relay permissive for all to stella_relay using (true) with check (-)
policy consumed.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy outbox.relay permissive for all to stella_relay using (true) with check (-)
policy outbox.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)
policy parked.relay permissive for all to stella_relay using (true) with check (-)
policy parked.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant INSERT, SELECT on consumed to stella_app
grant DELETE, INSERT, SELECT on consumed to stella_relay
grant INSERT, SELECT, UPDATE on consumer to stella_relay
grant INSERT, SELECT on outbox to stella_app
grant DELETE, SELECT, UPDATE on outbox to stella_relay
grant DELETE, INSERT, SELECT, UPDATE on parked to stella_app
grant INSERT, SELECT, UPDATE on parked to stella_relay
grant USAGE on schema events to stella_app
grant USAGE on schema events to stella_relay
grant SELECT on state to stella_app
grant SELECT, UPDATE on state to stella_relay
