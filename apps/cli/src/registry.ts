import type { Command } from './command.ts';

export interface RegisteredCommand {
  readonly path: string;
  readonly summary: string;
  /** Loads the one module a run needs. */
  load(): Promise<Command>;
}

const entry = (path: string, summary: string, load: () => Promise<Record<string, unknown>>): RegisteredCommand => ({
  path,
  summary,
  load: async () => (await load())['command'] as Command,
});

/** Every command. A test compares this list with the files in `commands/`. */
export const COMMANDS: readonly RegisteredCommand[] = [
  entry('scan', 'find out what is inside an image or a directory', () => import('./commands/scan.ts')),
  entry(
    'image copy',
    'copy an image between registries, layouts and archives, keeping its digest',
    () => import('./commands/image-copy.ts'),
  ),
  entry('advisories build', 'build an advisory index from OSV records', () => import('./commands/advisories-build.ts')),
  entry('advisories show', 'show what an advisory index holds', () => import('./commands/advisories-show.ts')),
  entry(
    'advisories coverage',
    'show which ecosystems an index can answer for',
    () => import('./commands/advisories-coverage.ts'),
  ),
  entry(
    'findings match',
    'match an image, directory or SBOM against advisories',
    () => import('./commands/findings-match.ts'),
  ),
  entry('policy check', 'judge findings by a policy pack', () => import('./commands/policy-check.ts')),
  entry('decide', 'scan, match, judge and write a signed decision capsule', () => import('./commands/decide.ts')),
  entry(
    'capsule verify',
    'verify a capsule: contents, signatures, log proof',
    () => import('./commands/capsule-verify.ts'),
  ),
  entry(
    'capsule replay',
    'compute the decision of a capsule again and compare',
    () => import('./commands/capsule-replay.ts'),
  ),
  entry('capsule show', 'show what a capsule holds', () => import('./commands/capsule-show.ts')),
  entry('capsule diff', 'show what changed between two decisions', () => import('./commands/capsule-diff.ts')),
  entry(
    'key create',
    'create a signing key, its local log and its trusted root',
    () => import('./commands/key-create.ts'),
  ),
  entry('bundle verify', 'verify a Sigstore bundle', () => import('./commands/bundle-verify.ts')),
  entry('purl parse', 'take package URLs apart', () => import('./commands/purl-parse.ts')),
  entry('purl build', 'put a package URL together', () => import('./commands/purl-build.ts')),
  entry('versions compare', 'order two versions as an ecosystem does', () => import('./commands/versions-compare.ts')),
  entry('version', 'show the version of this program', () => import('./commands/version.ts')),
];
