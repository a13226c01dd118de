-- Signing keys of tenants. The private half is sealed with the installation's master key: who has this table has no key.
create table signer.signing_key (
  tenant_id uuid not null,
  id uuid not null,
  -- Base64 of SHA-256 over public_key.
  hint text not null,
  algorithm text not null check (algorithm in ('ecdsa-p256', 'ed25519')),
  -- SPKI in DER.
  public_key bytea not null,
  -- PKCS#8 in DER, sealed for this tenant and id.
  sealed_private_key text not null,
  is_active boolean not null,
  created_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, hint)
);
-- Of processes that make the first key of a tenant at once one wins.
create unique index active_signing_key on signer.signing_key (tenant_id) where is_active;

alter table signer.signing_key enable row level security;
alter table signer.signing_key force row level security;
create policy tenant on signer.signing_key
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
-- Whether any key exists at all, before a new master key is made. Nothing but that can be read across tenants.
create policy relay on signer.signing_key for select to stella_relay using (true);

grant usage on schema signer to stella_app, stella_relay;
grant select, insert on signer.signing_key to stella_app;
grant select (created_at) on signer.signing_key to stella_relay;
