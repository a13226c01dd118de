import { AppError, formatPlace, isObject, parseJson } from '@stella-ops/engine-kernel';
import type { Parsed } from '../analyzer.ts';
import { cleanText } from '../text.ts';

/** What an inventory takes of a `package.json`. */
export interface NpmFacts {
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly string[];
  /** Names of required, optional and peer dependencies. */
  readonly depends?: readonly string[];
}

const MAX_DEPTH = 64;
const MAX_DEPENDENCIES = 5000;
/** Longer than the registry allows (214), for names in private use. */
const MAX_NAME = 256;
const NAME = /^(?:@[^/\s@]+\/)?[^/\s@][^/\s]*$/;
const DEPENDENCY_MEMBERS = ['dependencies', 'optionalDependencies', 'peerDependencies'];

/**
 * Reads the manifest of an installed package. A manifest without name or version is none: such files only steer the
 * module loader, and a package manager writes both.
 */
export function parseManifest(bytes: Uint8Array, path: string): Parsed<NpmFacts> {
  let manifest: unknown;
  try {
    manifest = parseJson(bytes, path, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return unreadable(`${formatPlace({ ...error.place, file: '' })} ${error.message}`.trim());
  }
  if (!isObject(manifest)) return unreadable('the manifest is not an object');
  const name = cleanText(own(manifest, 'name'), MAX_NAME);
  const version = cleanText(own(manifest, 'version'), MAX_NAME);
  if (name === undefined || version === undefined) return {};
  if (!NAME.test(name)) return unreadable(`${JSON.stringify(name.slice(0, 60))} is not a package name`);
  const licenses = readLicenses(manifest);
  const depends = readDependencies(manifest);
  return {
    facts: {
      name,
      version,
      ...(licenses.length > 0 && { licenses }),
      ...(depends.length > 0 && { depends }),
    },
  };
}

const unreadable = (detail: string): Parsed<NpmFacts> => ({ problems: [{ code: 'NPM_MANIFEST_UNREADABLE', detail }] });

function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** `license: "MIT"`, and the older `license: {type}` and `licenses: [{type}]`. */
function readLicenses(manifest: Record<string, unknown>): string[] {
  const several = own(manifest, 'licenses');
  const values = [own(manifest, 'license'), ...(Array.isArray(several) ? (several as unknown[]).slice(0, 20) : [])];
  return values
    .map((value) => cleanText(isObject(value) ? own(value, 'type') : value, 256))
    .filter((license) => license !== undefined);
}

function readDependencies(manifest: Record<string, unknown>): string[] {
  const names = new Set<string>();
  for (const member of DEPENDENCY_MEMBERS) {
    const dependencies = own(manifest, member);
    if (!isObject(dependencies)) continue;
    for (const name of Object.keys(dependencies)) {
      if (names.size < MAX_DEPENDENCIES && name.length <= MAX_NAME && NAME.test(name)) names.add(name.toWellFormed());
    }
  }
  return [...names];
}
