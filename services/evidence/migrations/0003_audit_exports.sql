-- Parts of the audit trail that were signed for auditors. The entries stay where they are: a package is made of them anew
-- each time, and must come out as it was signed.
create table evidence.audit_export (
  tenant_id uuid not null,
  -- UUIDv7: sorts by the time of the export.
  id uuid not null,
  first_sequence int8 not null check (first_sequence >= 1),
  last_sequence int8 not null check (last_sequence >= first_sequence),
  -- Hashes of the entry before the first, and of the last.
  before_hash text not null,
  after_hash text not null,
  first_at timestamptz(3) not null,
  last_at timestamptz(3) not null,
  -- Of the entries as lines.
  entries_digest text not null,
  entries_size_bytes int8 not null,
  statement_digest text not null,
  bundle_digest text not null,
  log_index int8 not null,
  exported_at timestamptz(3) not null,
  exported_by_id text not null,
  exported_by_name text not null,
  primary key (tenant_id, id),
  -- The same entries are signed once.
  unique (tenant_id, first_sequence, last_sequence)
);

alter table evidence.audit_export enable row level security;
alter table evidence.audit_export force row level security;
create policy tenant on evidence.audit_export
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);

grant select, insert on evidence.audit_export to stella_app;
