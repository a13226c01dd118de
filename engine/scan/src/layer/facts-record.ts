import {
  AppError,
  canonicalBytes,
  decode,
  type Digest,
  digestOfJson,
  isObject,
  parseJson,
  shape,
} from '@stella-ops/engine-kernel';
import type { Analyzer } from '../analyzers/analyzer.ts';
import { analyzerVersions } from '../analyzers/list.ts';
import { PathSet } from '../paths/path-set.ts';
import type { ScanLimits } from '../types.ts';
import type { Answer } from './answer.ts';
import type { FileFacts, LayerFacts } from './layer-facts.ts';

const FORMAT = 'stella.layer-facts/v1';

const ENTRY_TYPES = ['file', 'directory', 'symlink', 'hardlink', 'character-device', 'block-device', 'fifo'] as const;
const Problems = shape.array(shape.object({ code: shape.string(), detail: shape.string() }));

const Link = shape.array(shape.string(), { min: 2, max: 2 });
const Paths = shape.array(shape.string());

const Record = shape.object({
  format: shape.literal(FORMAT),
  layer: shape.digest,
  diffId: shape.optional(shape.digest),
  entries: shape.integer({ min: 0 }),
  directories: shape.string({ max: 1 << 28 }),
  others: shape.string({ max: 1 << 28 }),
  whiteouts: Paths,
  opaque: Paths,
  links: shape.array(Link),
  /** Thousands in a large layer, and most of the time of a scan from the cache: {@link isFileFacts} is quicker than a shape. */
  files: shape.anything,
  problems: Problems,
});

const ANSWERS_FORMAT = 'stella.layer-answers/v1';
const Content = shape.object({
  analyzer: shape.string(),
  facts: shape.optional(shape.anything),
  problems: shape.optional(Problems),
});
const AnswersRecord = shape.object({
  format: shape.literal(ANSWERS_FORMAT),
  layer: shape.digest,
  answers: shape.array(
    shape.object({
      path: shape.string(),
      type: shape.literal(...ENTRY_TYPES, 'absent'),
      link: shape.optional(shape.string()),
      contents: shape.optional(shape.array(Content)),
    }),
  ),
});

/**
 * Key of the facts of one layer: the digest of its stored bytes, what looked at it, and the bounds it was looked at
 * with. `question` tells apart what else is kept of a layer.
 */
export function factsKey(
  layer: Digest,
  analyzers: readonly Analyzer[],
  limits: Required<ScanLimits>,
  question: unknown = null,
): Digest {
  return digestOfJson({ format: FORMAT, layer, analyzers: analyzerVersions(analyzers), limits, question });
}

export function encodeFacts(layer: Digest, facts: LayerFacts): Buffer {
  return canonicalBytes({
    ...facts,
    format: FORMAT,
    layer,
    directories: facts.directories.toText(),
    others: facts.others.toText(),
  });
}

/** The facts, or `undefined` for a record that is not one of this layer: it then counts as absent. */
export function decodeFacts(layer: Digest, bytes: Uint8Array): LayerFacts | undefined {
  const decoded = decode(Record, parseOrNothing(bytes));
  if (!decoded.ok || decoded.value.layer !== layer) return undefined;
  const { diffId, entries, whiteouts, opaque, links, files, problems } = decoded.value;
  if (!Array.isArray(files) || !files.every(isFileFacts)) return undefined;
  const directories = PathSet.fromText(decoded.value.directories);
  const others = PathSet.fromText(decoded.value.others);
  if (directories === undefined || others === undefined) return undefined;
  return {
    ...(diffId !== undefined && { diffId }),
    entries,
    directories,
    others,
    whiteouts,
    opaque,
    links: links as [string, string][],
    files,
    problems,
  };
}

const TYPES: ReadonlySet<unknown> = new Set(ENTRY_TYPES);

/** What an analyzer parsed is its own affair: its version is part of the key. */
function isFileFacts(value: unknown): value is FileFacts {
  if (!isObject(value)) return false;
  const { path, analyzer, type, link, problems } = value;
  return (
    typeof path === 'string' &&
    typeof analyzer === 'string' &&
    TYPES.has(type) &&
    (link === undefined || typeof link === 'string') &&
    (problems === undefined || decode(Problems, problems).ok)
  );
}

export function encodeAnswers(layer: Digest, answers: readonly Answer[]): Buffer {
  return canonicalBytes({ format: ANSWERS_FORMAT, layer, answers });
}

/** As {@link decodeFacts}, for what was asked in a second reading. */
export function decodeAnswers(layer: Digest, bytes: Uint8Array): readonly Answer[] | undefined {
  const decoded = decode(AnswersRecord, parseOrNothing(bytes));
  return decoded.ok && decoded.value.layer === layer ? decoded.value.answers : undefined;
}

function parseOrNothing(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes, 'cache record');
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
