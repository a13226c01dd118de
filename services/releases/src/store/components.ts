import type { Component } from '@stella-ops/contracts/releases';
import { sql } from 'kysely';
import type { Tx } from './tx.ts';

const COLUMNS = sql`component_id as id, name, repository, description, version, created_at as "createdAt",
  updated_at as "updatedAt"`;

/** @returns false when the name is taken */
export async function insertComponent(tx: Tx, tenantId: string, component: Component): Promise<boolean> {
  const { rows } = await sql`
    insert into releases.component
      (tenant_id, component_id, name, repository, description, version, created_at, updated_at)
    values (${tenantId}, ${component.id}, ${component.name}, ${component.repository}, ${component.description},
            ${component.version}, ${component.createdAt}, ${component.updatedAt})
    on conflict (tenant_id, name) do nothing returning name`.execute(tx);
  return rows.length === 1;
}

export async function listComponents(tx: Tx, after: string | undefined, limit: number): Promise<Component[]> {
  const { rows } = await sql<Component>`
    select ${COLUMNS} from releases.component
    where ${after === undefined ? sql`true` : sql`name > ${after}`}
    order by name limit ${limit}`.execute(tx);
  return rows;
}

export async function findComponent(tx: Tx, id: string): Promise<Component | undefined> {
  const { rows } = await sql<Component>`select ${COLUMNS} from releases.component where component_id = ${id}`.execute(
    tx,
  );
  return rows[0];
}

/** The same, kept from being changed until the transaction ends. */
export async function lockComponent(tx: Tx, id: string): Promise<Component | undefined> {
  const { rows } = await sql<Component>`
    select ${COLUMNS} from releases.component where component_id = ${id} for update`.execute(tx);
  return rows[0];
}

export async function updateComponent(
  tx: Tx,
  { id, repository, description, version, updatedAt }: Component,
): Promise<void> {
  await sql`
    update releases.component
    set repository = ${repository}, description = ${description}, version = ${version}, updated_at = ${updatedAt}
    where component_id = ${id}`.execute(tx);
}

export interface NamedComponent {
  readonly id: string;
  readonly name: string;
  readonly repository: string;
}

export async function componentsByName(tx: Tx, names: readonly string[]): Promise<NamedComponent[]> {
  const { rows } = await sql<NamedComponent>`
    select component_id as id, name, repository from releases.component
    where name = any(${names}::text[])`.execute(tx);
  return rows;
}
