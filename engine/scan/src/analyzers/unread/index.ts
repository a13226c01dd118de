import type { Gap } from '@stella-ops/engine-inventory';
import type { Analyzer } from '../analyzer.ts';
import { LOCKFILES, UNREAD_DATABASES, UNREAD_FILES } from './kinds.ts';

const LOCKFILE_NAMES: ReadonlySet<string> = new Set(LOCKFILES);

/** Reads nothing: says which records of packages are there that no analyzer reads, so that silence is not taken for absence. */
export const unreadAnalyzer: Analyzer<never> = {
  id: 'unread',
  version: 1,
  wants: {
    paths: [...UNREAD_DATABASES.keys()],
    suffixes: UNREAD_FILES.flatMap(({ endings }) => endings),
    names: LOCKFILES,
  },
  content: { kind: 'none' },
  collect(files, { subjectKind }) {
    const paths = files.all.map(({ path }) => path);
    const gaps: Gap[] = [];
    for (const [path, kind] of UNREAD_DATABASES) {
      const found = files.at(path)?.path ?? files.realDirectory(path);
      if (found === undefined) continue;
      const detail = `packages of ${kind} are installed and not read yet`;
      gaps.push({ code: 'PACKAGE_DATABASE_UNSUPPORTED', path: found, detail });
    }
    for (const { what, endings } of UNREAD_FILES) {
      const found = paths.filter((path) => endings.some((ending) => path.endsWith(ending)));
      gaps.push(...countGap('PACKAGE_FILES_UNSUPPORTED', what, found));
    }
    if (subjectKind === 'directory') {
      const found = paths.filter((path) => LOCKFILE_NAMES.has(nameOf(path)) && !path.includes('node_modules/'));
      gaps.push(...countGap('LOCKFILES_UNSUPPORTED', 'lock files and manifests', found));
    }
    return { gaps };
  },
};

function countGap(code: string, what: string, paths: readonly string[]): Gap[] {
  const [first] = paths;
  if (first === undefined) return [];
  const verb = paths.length === 1 ? 'file' : 'files';
  return [{ code, path: first, detail: `${paths.length} ${verb} not read yet: ${what}; this is the first one` }];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
