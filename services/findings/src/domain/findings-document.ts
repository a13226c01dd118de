import type { Finding, VexAnswer } from '@stella-ops/engine-advisories';
import { decodeOrThrow, parseJson, shape as s, type Shape } from '@stella-ops/engine-kernel';

const text = s.string();

const vexStatus = s.object({ status: s.literal('not_affected', 'affected', 'fixed', 'under_investigation') }, 'open');
/** Shown as it is, so all of it is kept. */
const vexAnswer: Shape<VexAnswer> = (value, pointer, violations) => {
  vexStatus(value, pointer, violations);
  return value as VexAnswer;
};

const finding = s.object(
  {
    vulnerability: text,
    aliases: s.array(text),
    records: s.array(text),
    component: text,
    package: text,
    installedVersion: text,
    fixedVersions: s.array(text),
    severity: s.object(
      {
        level: s.literal('none', 'low', 'medium', 'high', 'critical', 'unknown'),
        score: s.optional(s.number({ min: 0, max: 10 })),
      },
      'open',
    ),
    file: s.optional(text),
    layer: s.optional(s.digest),
    state: s.literal('affected', 'not-evaluated'),
    vex: s.optional(vexAnswer),
    reachability: s.literal('unknown'),
    trace: s.array(s.anything),
  },
  'open',
) as unknown as Shape<Finding>;

/** The findings of a `stella.findings/v1` document, not yet read one by one: there may be thousands. */
export interface FindingsDocument {
  readonly findings: readonly unknown[];
}

/**
 * Opens a findings document as a decision stored it.
 *
 * @param maxFindings a document with more is refused
 * @throws AppError `JSON_INVALID`, `SHAPE_INVALID`
 */
export function openFindingsDocument(bytes: Uint8Array, file: string, maxFindings: number): FindingsDocument {
  const document = s.object(
    { format: s.literal('stella.findings/v1'), findings: s.array(s.anything, { max: maxFindings }) },
    'open',
  );
  return decodeOrThrow(document, parseJson(bytes, file), file);
}

/** Reads one finding of a document. @throws AppError `SHAPE_INVALID` */
export const readFinding = (value: unknown, file: string): Finding => decodeOrThrow(finding, value, file);
