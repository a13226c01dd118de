import type { Analyzer } from './analyzer.ts';
import { dpkgAnalyzer } from './dpkg/index.ts';
import { golangAnalyzer } from './golang/index.ts';
import { npmAnalyzer } from './npm/index.ts';
import { osReleaseAnalyzer } from './os-release/index.ts';
import { pythonAnalyzer } from './python/index.ts';
import { unreadAnalyzer } from './unread/index.ts';

/**
 * All analyzers, one per folder here. The order counts twice: the first one whose rule matches gets a path, and each
 * sees what those before it found. Anything with `anyFileFrom` gets what no other wants.
 */
export const ANALYZERS: readonly Analyzer[] = [
  osReleaseAnalyzer,
  dpkgAnalyzer,
  npmAnalyzer,
  pythonAnalyzer,
  golangAnalyzer,
  unreadAnalyzer,
];

/** Analyzer id → version: stands in every inventory and in the key of cached facts. */
export function analyzerVersions(analyzers: readonly Analyzer[] = ANALYZERS): Record<string, number> {
  return Object.fromEntries(analyzers.map(({ id, version }) => [id, version]));
}
