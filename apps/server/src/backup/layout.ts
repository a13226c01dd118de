import * as z from 'zod';

/** What a backup says of itself; the first of its files. */
export const BACKUP_KIND = 'backup';
export const RECORD_PATH = 'backup.json';
export const DUMP_PATH = 'database.dump';

const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const BackupRecord = z.strictObject({
  format: z.literal('stella.backup/v1'),
  /** Release of the program that wrote it. */
  release: z.string().max(100),
  engine: z.enum(['embedded', 'postgres']),
  hasSecrets: z.boolean(),
  /** Folders of the embedded database: PostgreSQL wants the empty ones too. */
  folders: z.array(z.string().regex(/^database(?:\/[A-Za-z0-9_]+)+$/)).max(100_000),
  /** Ends of the chains before anything was copied. What is restored must hold them. */
  audit: z
    .array(
      z.strictObject({
        tenantId: z.uuid(),
        tenantName: z.string().max(200),
        sequence: z.int().nonnegative(),
        hash,
      }),
    )
    .max(1_000_000),
  log: z
    .strictObject({
      origin: z.string().max(500),
      size: z.int().nonnegative(),
      root: z.string().regex(/^[0-9a-f]{64}$/),
    })
    .nullable(),
});
export type BackupRecord = z.output<typeof BackupRecord>;

const OBJECT =
  /^objects\/tenants\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/[a-z][a-z-]{0,60}\/sha256\/([0-9a-f]{2})\/([0-9a-f]{64})$/;
const OTHERS = [
  /^backup\.json$/,
  /^database\.dump$/,
  /^demo-is-complete$/,
  /^database\/ready$/,
  /^database\/cluster\/(?:[A-Za-z0-9_]+\/)*[A-Za-z0-9_][A-Za-z0-9_.]*$/,
  /^secrets\/[a-z0-9][a-z0-9.-]{0,200}$/,
  /^configuration\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}$/,
];

/** The digest (hex) that the name of an object promises; undefined for what is no object. */
export function objectHex(path: string): string | undefined {
  const [, prefix = '', hex = ''] = OBJECT.exec(path) ?? [];
  return hex !== '' && hex.startsWith(prefix) ? hex : undefined;
}

/** Whether a path may stand in a backup: names that we write, none that leaves the data folder or takes its mark. */
export function isBackupPath(path: string): boolean {
  return objectHex(path) !== undefined || OTHERS.some((pattern) => pattern.test(path));
}
