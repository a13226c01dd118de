import { join } from 'node:path';
import type { Json } from '@stella-ops/engine-kernel';
import type { Parts } from './parts.ts';
import { writeSecretFile } from './secret-file.ts';
import { setPassword } from './store/passwords.ts';
import { insertTenant, listTenants } from './store/tenants.ts';
import { insertUser } from './store/users.ts';

interface FirstUser {
  readonly name: string;
  readonly displayName: string;
  readonly roles: readonly string[];
}

const ADMIN: FirstUser = { name: 'admin', displayName: 'Administrator', roles: ['administrator', 'operator'] };
const DEMO_USERS: readonly FirstUser[] = [
  { name: 'rosa', displayName: 'Rosa', roles: ['release-manager'] },
  { name: 'sam', displayName: 'Sam', roles: ['approver', 'security-engineer'] },
];

const PASSWORD_BYTES = 18;

/**
 * First start: when there is no tenant, makes one with its administrator, whose random password goes into a file and
 * nowhere else. The file is there before the account is: a crash in between leaves a file that the next start overwrites.
 */
export async function bootstrap(parts: Parts): Promise<void> {
  const { host, config, ids, clock, randomness, passwords } = parts;
  const { database } = host;
  if ((await database.withRelay((tx) => listTenants(tx, undefined, 1), { isReadOnly: true })).length > 0) return;
  const users = await Promise.all(
    [ADMIN, ...(config.demoUsers ? DEMO_USERS : [])].map(async (user) => {
      const password = randomness.bytes(PASSWORD_BYTES).toString('base64url');
      return { ...user, id: ids.uuid(), password, hash: await passwords.hash(password) };
    }),
  );
  const tenantId = ids.uuid();
  const at = clock.now();
  await database.withTenant(tenantId, async (tx) => {
    const tenant = { id: tenantId, name: config.tenant, displayName: config.tenant, createdAt: at };
    // Waits for another process that is at the same; only the one whose row it is writes the files.
    if (!(await insertTenant(tx, { ...tenant, isOperator: true, isActive: true }))) return;
    writePasswords(config.secretsDir, users);
    for (const user of users) {
      await insertUser(tx, tenantId, { ...user, email: null, createdAt: at });
      await setPassword(tx, tenantId, user.id, user.hash, at);
    }
    await host.audit(tx, {
      tenantId,
      service: 'authority',
      action: 'authority.bootstrap',
      target: { type: 'tenant', id: tenantId },
      details: { name: config.tenant, users: users.map(({ name }): Json => name) },
    });
  });
}

/** A file for each person, as `stella login --password-file` takes it. */
function writePasswords(folder: string, users: readonly { readonly name: string; readonly password: string }[]): void {
  for (const { name, password } of users) writeSecretFile(join(folder, `${name}-password`), `${password}\n`);
}
