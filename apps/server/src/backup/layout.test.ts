import { expect, test } from 'vitest';
import { isBackupPath, objectHex } from './layout.ts';

const hex = 'ab'.repeat(32);
const tenant = '0190a1b2-0000-7000-8000-00000000000a';

test('an object is known by a tenant, an area and a digest that begins as its folder says', () => {
  expect(objectHex(`objects/tenants/${tenant}/sboms/sha256/ab/${hex}`)).toBe(hex);
  for (const path of [
    `objects/tenants/${tenant}/sboms/sha256/cd/${hex}`,
    `objects/tenants/${tenant}/sboms/sha256/ab/${hex}0`,
    `objects/tenants/${tenant}/sboms/.tmp/1`,
    `objects/tenants/../sboms/sha256/ab/${hex}`,
    `objects/public/facts/sha256/ab/${hex}`,
  ])
    expect(objectHex(path), path).toBeUndefined();
});

test('a backup holds what we put into it and nothing that could be more', () => {
  for (const path of [
    'backup.json',
    'database.dump',
    'demo-is-complete',
    'database/ready',
    'database/cluster/PG_VERSION',
    'database/cluster/postgresql.auto.conf',
    'database/cluster/pg_wal/000000010000000000000001',
    'secrets/master-key',
    'configuration/10-server.yaml',
  ])
    expect(isBackupPath(path), path).toBe(true);
  for (const path of [
    'UNFINISHED',
    'database.lock',
    'database/other',
    'database/cluster/../x',
    'database/cluster/.hidden',
    'secrets/../x',
    'secrets/a/b',
    'configuration/.bashrc',
    '/etc/passwd',
    'constructor',
  ])
    expect(isBackupPath(path), path).toBe(false);
});
