-- Answers by idempotency key, so that a repeated request gets the first answer.
create table idempotency.claim (
  tenant_id uuid not null,
  actor_id text not null,
  route_id text not null,
  key text not null,
  fingerprint text not null,
  -- Which use of the key this is; a later use of a key that was given up has another.
  token uuid not null,
  claimed_at timestamptz(3) not null,
  -- Null while the first request is running.
  reply jsonb,
  primary key (tenant_id, actor_id, route_id, key)
);
create index claim_age on idempotency.claim (claimed_at);

alter table idempotency.claim enable row level security;
alter table idempotency.claim force row level security;
create policy tenant on idempotency.claim
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on idempotency.claim to stella_relay using (true);

grant usage on schema idempotency to stella_app, stella_relay;
grant select, insert, update, delete on idempotency.claim to stella_app;
grant select, delete on idempotency.claim to stella_relay;
