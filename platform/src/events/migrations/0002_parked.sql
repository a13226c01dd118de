-- Events that a consumer could not do, and those of the same tenant that came after them, with all that it takes to do them:
-- retention does not wait for them. The stream of the consumer goes on; what it has put here it has also `consumed`.
create table events.parked (
  consumer text not null,
  event_id uuid not null,
  tenant_id uuid not null,
  position int8 not null,
  -- retrying: failed, and is tried again. held: waits for those before it. parked: failed for good, waits for a person.
  state text not null check (state in ('retrying', 'held', 'parked')),
  type text not null,
  version int4 not null,
  data jsonb not null,
  occurred_at timestamptz(3) not null,
  attempts int4 not null default 0,
  next_attempt_at timestamptz(3) not null default now(),
  error_code text,
  error_message text,
  failed_at timestamptz(3),
  primary key (consumer, event_id)
);
create unique index parked_order on events.parked (consumer, tenant_id, position);

alter table events.parked enable row level security;
alter table events.parked force row level security;
create policy tenant on events.parked
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on events.parked to stella_relay using (true);

grant select, insert, update, delete on events.parked to stella_app;
grant select, insert, update on events.parked to stella_relay;
-- Who puts an event here says in the same statement that the stream is done with it.
grant insert on events.consumed to stella_relay;
