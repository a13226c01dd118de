import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareText } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';

export interface Migration {
  /** 1, 2, 3 … */
  readonly number: number;
  /** `0001_what.sql` */
  readonly name: string;
  /** sha256 of the file's bytes, hex. */
  readonly checksum: string;
  readonly text: string;
}

const NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

/**
 * The migrations of a folder in order.
 *
 * @throws AppError `MIGRATION_INVALID` for a wrong name, a gap or a number used twice
 */
export function readMigrations(folder: string): readonly Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql') && name !== 'schema.sql')
    .sort(compareText);
  return names.map((name, index) => {
    const file = join(folder, name);
    const number = Number(NAME.exec(name)?.[1]);
    if (Number.isNaN(number))
      throw fail('MIGRATION_INVALID', `"${name}" is not a migration's name`, { place: { file } });
    if (number !== index + 1) {
      throw fail('MIGRATION_INVALID', `migration ${index + 1} was expected, found ${name}`, { place: { file } });
    }
    const bytes = readFileSync(file);
    const checksum = createHash('sha256').update(bytes).digest('hex');
    return { number, name, checksum, text: bytes.toString('utf8') };
  });
}
