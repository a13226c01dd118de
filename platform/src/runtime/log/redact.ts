import { schemasIn } from '@stella-ops/contracts';
import * as z from 'zod';
import { isSecret } from '../config/define-config.ts';

const HIDDEN = '[secret]';
const MAX_DEPTH = 8;
const MAX_MEMBERS = 200;

/** Names that are secret wherever they stand, spelled as {@link nameOf} writes them. */
const ALWAYS = [
  'password',
  'passphrase',
  'secret',
  'token',
  'authorization',
  'cookie',
  'setcookie',
  'privatekey',
  'apikey',
];

/** Upper case, hyphens and underscores make no difference: headers, columns and members are one name. */
const nameOf = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

/** Names of all members that the schemas mark with `secret()`, and those that always are. */
export function secretNames(schemas: Iterable<z.core.$ZodType>): ReadonlySet<string> {
  const names = new Set(ALWAYS);
  for (const schema of schemas) {
    const made = z.toJSONSchema(schema, { io: 'input', reused: 'inline', unrepresentable: 'any' });
    for (const [, part] of schemasIn(made)) {
      for (const [name, member] of Object.entries((part['properties'] as object | undefined) ?? {})) {
        if (isSecret(member)) names.add(nameOf(name));
      }
    }
  }
  return names;
}

/** A copy of log fields without secrets: members by name, and credentials inside texts. Errors become plain objects. */
export function redact(value: unknown, secrets: ReadonlySet<string>, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map((item) => redact(item, secrets, depth + 1));
  const entries = value instanceof Error ? errorEntries(value) : Object.entries(value);
  return Object.fromEntries(
    entries
      .slice(0, MAX_MEMBERS)
      .map(([name, member]) => [name, secrets.has(nameOf(name)) ? HIDDEN : redact(member, secrets, depth + 1)]),
  );
}

function errorEntries(error: Error): [string, unknown][] {
  const { code, details } = error as { code?: unknown; details?: unknown };
  const all: [string, unknown][] = [
    ['name', error.name],
    ['code', code],
    ['message', error.message],
    ['details', details],
    ['stack', error.stack],
    ['cause', error.cause],
  ];
  return all.filter(([, value]) => value !== undefined);
}

function redactText(text: string): string {
  return text
    .replace(/\b(Bearer|Basic|DPoP) +[^\s,]+/gi, `$1 ${HIDDEN}`)
    .replace(/:\/\/[^\s/@]{1,500}@/g, `://${HIDDEN}@`);
}
