-- A key that was replaced keeps its public half, so that what it signed verifies, and loses its private one: whoever gets
-- table and master key later signs nothing with it.
alter table signer.signing_key
  add column retired_at timestamptz(3),
  alter column sealed_private_key drop not null,
  add constraint signing_key_retired check (
    is_active = (retired_at is null) and is_active = (sealed_private_key is not null)
  );

grant update (is_active, retired_at, sealed_private_key) on signer.signing_key to stella_app;
