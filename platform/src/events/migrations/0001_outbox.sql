-- Facts written with the change they tell of. A sequence would show gaps that fill later; `position` is given after commit.
create table events.outbox (
  id uuid primary key,
  tenant_id uuid not null,
  type text not null,
  version int4 not null,
  data jsonb not null,
  occurred_at timestamptz(3) not null,
  position int8 unique
);
create index outbox_waiting on events.outbox (id) where position is null;
create index outbox_of_tenant on events.outbox (tenant_id, position);

-- One row: the last position given, and the last one that retention removed.
create table events.state (
  is_only boolean primary key default true check (is_only),
  last_position int8 not null default 0,
  trimmed_position int8 not null default 0
);
insert into events.state default values;

-- How far each consumer has come.
create table events.consumer (
  name text primary key,
  position int8 not null
);

-- What each consumer has done, written in the transaction that did it.
create table events.consumed (
  consumer text not null,
  event_id uuid not null,
  tenant_id uuid not null,
  position int8 not null,
  primary key (consumer, event_id)
);
create index consumed_position on events.consumed (position);

alter table events.outbox enable row level security;
alter table events.outbox force row level security;
create policy tenant on events.outbox
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on events.outbox to stella_relay using (true);

alter table events.consumed enable row level security;
alter table events.consumed force row level security;
create policy tenant on events.consumed
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on events.consumed to stella_relay using (true);

grant usage on schema events to stella_app, stella_relay;
grant select, insert on events.outbox, events.consumed to stella_app;
grant select on events.state to stella_app;
grant select, update, delete on events.outbox to stella_relay;
grant select, update on events.state to stella_relay;
grant select, insert, update on events.consumer to stella_relay;
grant select, delete on events.consumed to stella_relay;
