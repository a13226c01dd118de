-- Schema dumped, as its migrations leave it. Generated; a test compares it.

-- types
type state: 'open', 'closed'

-- sequences
sequence entry_id_seq

-- tables
table entry.id bigint not null generated always as identity
table entry.item_id uuid not null
table entry.state dumped.state not null default 'open'::dumped.state
table entry.at timestamp(3) with time zone not null default now()
table entry.size integer
table entry.twice integer generated always as ((size * 2)) stored
table item.id uuid not null
table item.tenant_id uuid not null
table item.body jsonb not null default '{}'::jsonb

-- constraints
constraint entry.entry_item_id_at_key UNIQUE (item_id, at)
constraint entry.entry_item_id_fkey FOREIGN KEY (item_id) REFERENCES dumped.item(id) ON DELETE CASCADE
constraint entry.entry_pkey PRIMARY KEY (id)
constraint entry.entry_size_check CHECK ((size > 0))
constraint item.item_pkey PRIMARY KEY (id)

-- indexes
CREATE INDEX entry_open ON dumped.entry USING btree (at DESC) WHERE (state = 'open'::dumped.state)

-- views
view seen: id bigint

-- functions
CREATE OR REPLACE FUNCTION dumped.one()
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
RETURN 1

-- row-level security
rls entry disabled
rls item enabled forced

-- policies
policy item.tenant permissive for all to public using ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)) with check (-)

-- grants
grant SELECT on entry.at to stella_relay
grant SELECT on entry.id to stella_relay
grant INSERT, SELECT on item to stella_app
grant USAGE on schema dumped to stella_app
grant USAGE on schema dumped to stella_relay
