-- One transparency log for the installation. It holds digests, signatures and public keys, and nothing that says whose they
-- are: what a log shows to one it shows to all. Only the relay role reaches it.
create table attestor.log (
  id int2 primary key check (id = 1),
  -- Name of the log in its checkpoints; never changes.
  origin text not null,
  -- Raw Ed25519 key.
  public_key bytea not null check (octet_length(public_key) = 32),
  -- The 32-byte seed of the key, sealed with the master key of the installation.
  sealed_seed text not null,
  created_at timestamptz(3) not null
);

-- Level 0 of the tree is entry.leaf_hash; node holds the perfect subtrees above it, so that an append reads and writes a
-- handful of rows whatever the size.
create table attestor.entry (
  log_index int8 primary key check (log_index >= 0),
  leaf_hash bytea not null unique check (octet_length(leaf_hash) = 32),
  body bytea not null check (octet_length(body) <= 65535)
);
create table attestor.node (
  level int2 not null check (level > 0),
  position int8 not null check (position >= 0),
  hash bytea not null check (octet_length(hash) = 32),
  primary key (level, position)
);

-- Everything ever signed. The key makes a second root for one size an error.
create table attestor.checkpoint (
  size int8 primary key check (size >= 0),
  root bytea not null check (octet_length(root) = 32),
  note text not null,
  signed_at timestamptz(3) not null
);

-- Which entries a tenant had appended: it reads those, with their proofs, and no others by number.
create table attestor.entry_owner (
  tenant_id uuid not null,
  log_index int8 not null references attestor.entry (log_index),
  primary key (tenant_id, log_index)
);

alter table attestor.entry_owner enable row level security;
alter table attestor.entry_owner force row level security;
create policy tenant on attestor.entry_owner
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy relay on attestor.entry_owner to stella_relay using (true);

grant usage on schema attestor to stella_app, stella_relay;
grant select, insert on attestor.log, attestor.entry, attestor.node, attestor.checkpoint, attestor.entry_owner
  to stella_relay;
grant select on attestor.entry_owner to stella_app;
