import { sql } from 'kysely';
import { ROLES } from '../roles.ts';
import type { Database } from '../types.ts';

/**
 * Checks what keeps tenants apart in one schema: each table with a `tenant_id` has row-level security enabled and forced
 * and a policy for `stella_app` that compares the column with the transaction's tenant; no policy lets that role past
 * it; privileges go to the two service roles only, and none of them owns anything.
 *
 * @returns one sentence a fault, in a fixed order; empty when all is well
 */
export async function checkTenancy(database: Database, schema: string): Promise<readonly string[]> {
  const { rows } = await database.withOwner((tx) =>
    sql<{ fault: string }>`
      with tables as (
        select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relowner, c.relacl,
               exists (select from pg_attribute a
                       where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) as is_tenant
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = ${schema} and c.relkind in ('r', 'p', 'v', 'm')
      ), policies as (
        select tablename, policyname, permissive, roles, cmd,
               regexp_replace(coalesce(qual, ''), '[[:space:]()]', '', 'g') as seen,
               regexp_replace(coalesce(with_check, qual, ''), '[[:space:]()]', '', 'g') as written
        from pg_policies where schemaname = ${schema}
      ), expected as (
        select 'tenant_id=NULLIFcurrent_setting''app.tenant_id''::text,true,''''::text::uuid' as text
      )
      select format('table %I: row-level security is not enabled', relname) as fault
        from tables where is_tenant and not relrowsecurity
      union all
      select format('table %I: row-level security is not forced', relname)
        from tables where is_tenant and not relforcerowsecurity
      union all
      select format('table %I: no policy keeps tenants apart', relname) from tables t
        where is_tenant and not exists (
          select from policies p, expected e
          where p.tablename = t.relname and p.cmd = 'ALL' and p.seen = e.text and p.written = e.text
            and p.roles && array['public', ${ROLES.app}]::name[])
      union all
      select format('table %I: policy %I lets other tenants pass', p.tablename, p.policyname)
        from policies p join tables t on t.relname = p.tablename, expected e
        where t.is_tenant and p.permissive = 'PERMISSIVE' and p.roles && array['public', ${ROLES.app}]::name[]
          and not (p.seen in (e.text, '') and p.written = e.text)
      union all
      select format('table %I: %s may %s', t.relname, coalesce(r.rolname, 'everybody'), lower(g.privilege_type))
        from tables t cross join lateral aclexplode(t.relacl) g left join pg_roles r on r.oid = g.grantee
        where g.grantee <> t.relowner and coalesce(r.rolname, '') not in (${ROLES.app}, ${ROLES.relay})
      union all
      select format('table %I: is owned by %s', t.relname, r.rolname)
        from tables t join pg_roles r on r.oid = t.relowner where r.rolname <> ${ROLES.owner}
      order by 1`.execute(tx),
  );
  return rows.map((row) => row.fault);
}
