-- Packets are never changed or removed by the service: it may only read and add.
create table evidence.packet (
  tenant_id uuid not null,
  -- UUIDv7: sorts by the time it was sealed.
  id uuid not null,
  kind text not null check (kind in ('decision', 'promotion')),
  -- Decision id, or promotion id.
  subject_id text not null,
  -- What a promotion came to; empty for decisions, which have no states.
  state text not null,
  title text not null,
  predicate_type text not null,
  statement_digest text not null,
  bundle_digest text not null,
  log_index int8 not null,
  capsule_digest text,
  capsule_size_bytes int8,
  -- In the order of the statement.
  image_digests text[] not null,
  sealed_at timestamptz(3) not null,
  primary key (tenant_id, id),
  -- Sealing may be done again after a crash; the record of it stays one.
  unique (tenant_id, kind, subject_id, state),
  check ((kind = 'decision') = (capsule_digest is not null and capsule_size_bytes is not null and state = ''))
);
create index packet_of_kind on evidence.packet (tenant_id, kind, id);
create index packet_of_subject on evidence.packet (tenant_id, subject_id, id);
create index packet_of_capsule on evidence.packet (tenant_id, capsule_digest);

-- The same digests by image, for "what evidence is there of this image?".
create table evidence.packet_image (
  tenant_id uuid not null,
  image_digest text not null,
  packet_id uuid not null,
  primary key (tenant_id, image_digest, packet_id),
  foreign key (tenant_id, packet_id) references evidence.packet (tenant_id, id)
);

alter table evidence.packet enable row level security;
alter table evidence.packet force row level security;
create policy tenant on evidence.packet
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
-- Which tenants are there? Asked when events were lost.
create policy relay on evidence.packet for select to stella_relay using (true);
alter table evidence.packet_image enable row level security;
alter table evidence.packet_image force row level security;
create policy tenant on evidence.packet_image
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);

grant usage on schema evidence to stella_app, stella_relay;
grant select, insert on evidence.packet, evidence.packet_image to stella_app;
grant select on evidence.packet to stella_relay;
