import type { Distro } from '@stella-ops/engine-inventory';
import { cleanText } from '../text.ts';

const ASSIGNMENT = /^([A-Z][A-Z0-9_]{0,63})=(.*)$/;

/**
 * Reads an os-release file: `KEY=value` lines with shell quoting (os-release(5)). Lines that are none are passed over,
 * as the page asks. `undefined` when no `ID` is given: the page's default, `linux`, names no distribution.
 */
export function parseOsRelease(text: string): Distro | undefined {
  const values = readAssignments(text);
  const id = values.get('ID')?.toLowerCase();
  if (id === undefined) return undefined;
  const versionId = values.get('VERSION_ID');
  const codename = values.get('VERSION_CODENAME');
  const prettyName = values.get('PRETTY_NAME');
  const idLike = values.get('ID_LIKE')?.split(/\s+/);
  return {
    id,
    ...(versionId !== undefined && { versionId }),
    ...(codename !== undefined && { codename }),
    ...(prettyName !== undefined && { prettyName }),
    ...(idLike !== undefined && { idLike }),
  };
}

/** `DISTRIB_ID=Ubuntu` and so on: what Ubuntu had before os-release. */
export function parseLsbRelease(text: string): Distro | undefined {
  const values = readAssignments(text);
  const id = values.get('DISTRIB_ID')?.toLowerCase();
  const versionId = values.get('DISTRIB_RELEASE');
  const codename = values.get('DISTRIB_CODENAME');
  if (id === undefined || versionId === undefined) return undefined;
  return { id, versionId, ...(codename !== undefined && { codename }) };
}

/** `12.5` → Debian 12; `trixie/sid` → Debian with a codename only. */
export function parseDebianVersion(text: string): Distro | undefined {
  const line = cleanText(text.split('\n', 1)[0]);
  if (line === undefined) return undefined;
  const [major] = /^\d{1,4}(?=\.|$)/.exec(line) ?? [];
  if (major !== undefined) return { id: 'debian', versionId: major };
  const [codename] = /^[a-z]{1,32}(?=\/|$)/.exec(line) ?? [];
  return codename === undefined ? undefined : { id: 'debian', codename };
}

function readAssignments(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, raw] = ASSIGNMENT.exec(line.trim()) ?? [];
    const value = cleanText(raw === undefined ? undefined : unquote(raw));
    if (key !== undefined && value !== undefined) values.set(key, value);
  }
  return values;
}

function unquote(raw: string): string {
  const quote = raw[0];
  if (quote === "'") return raw.length > 1 && raw.endsWith("'") ? raw.slice(1, -1) : raw;
  const inner = quote === '"' && raw.length > 1 && raw.endsWith('"') ? raw.slice(1, -1) : raw;
  return inner.replace(/\\([\\"'$`])/g, '$1');
}
