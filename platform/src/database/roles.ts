import type pg from 'pg';
import { fail } from './errors.ts';

/**
 * Who a transaction runs as. The session itself belongs to whoever logged in (on the embedded engine a superuser, for
 * whom row-level security does not exist), so each transaction sets its role first.
 */
export const ROLES = {
  /** Owns schemas and tables; migrations only. */
  owner: 'stella_owner',
  /** What services run as, in one tenant. */
  app: 'stella_app',
  /** Outbox, jobs, and what spans tenants; sees what a policy gives it by name. */
  relay: 'stella_relay',
} as const;
export type Role = keyof typeof ROLES;

/**
 * Makes the roles that are missing and lets the login user take them.
 *
 * @throws AppError `DATABASE_ROLES_MISSING` with the statements for an administrator when the login user may not
 */
export async function ensureRoles(client: pg.ClientBase): Promise<void> {
  const names = Object.values(ROLES);
  const { rows: present } = await client.query<{ name: string; usable: boolean }>(
    `select rolname as name, pg_has_role(session_user, oid, 'member') as usable from pg_roles where rolname = any($1)`,
    [names],
  );
  const { rows: here } = await client.query<{ login: string; base: string; may: boolean }>(
    `select quote_ident(session_user) as login, quote_ident(current_database()) as base,
            coalesce((select has_database_privilege(oid, current_database(), 'create')
                      from pg_roles where rolname = $1), false) as may`,
    [ROLES.owner],
  );
  const { login, base, may } = here[0] ?? { login: '', base: '', may: false };
  const statements = names.flatMap((name) => {
    const role = present.find((row) => row.name === name);
    return [
      ...(role === undefined ? [`create role ${name} nologin nosuperuser nocreatedb nocreaterole nobypassrls`] : []),
      ...(role?.usable === true ? [] : [`grant ${name} to ${login}`]),
    ];
  });
  if (!may) statements.push(`grant create on database ${base} to ${ROLES.owner}`);
  for (const statement of statements) {
    try {
      await client.query(statement);
    } catch (cause) {
      // Another process that starts at the same time made it first.
      if (ALREADY_THERE.has((cause as { code?: string }).code ?? '')) continue;
      throw fail('DATABASE_ROLES_MISSING', `the login user may not set up the database roles`, {
        cause,
        details: { statements },
      });
    }
  }
}

/** duplicate_object, and the unique violation and the concurrent update that a race ends in instead. */
const ALREADY_THERE = new Set(['42710', '23505', 'XX000']);
