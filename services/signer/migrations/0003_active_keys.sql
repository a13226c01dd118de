-- Each signature asks first which key is active: one question for all tenants that sign just then. No key is in these columns.
grant select (tenant_id, id, is_active) on signer.signing_key to stella_relay;
