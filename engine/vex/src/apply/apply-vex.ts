import type { Finding, Findings, VexAnswer } from '@stella-ops/engine-advisories';
import type { Subject } from '@stella-ops/engine-inventory';
import type { VexDocument } from '../types.ts';
import { type PlacedStatement, StatementIndex } from './statement-index.ts';
import { subjectMatcher } from './subject-matcher.ts';

/**
 * Writes into every finding what the documents say about it; everything else stays as it is. A pure function of its
 * arguments, whatever the order of the documents.
 *
 * A statement speaks of a finding when any of its vulnerability names is a name of the finding and a product is
 * - the subject as a whole, or the subject with the finding's package as a subcomponent, or
 * - the package itself, without subcomponents; a purl without version means every version.
 *
 * Of several the newest wins, by the time of the statement, then of the document, then by `@id` and digest of the
 * document, then the later one in the document. The others are listed as overruled, at most the newest 100.
 *
 * Source: OpenVEX specification 0.2.0, "Statement inheritance" and "Updating statements".
 */
export function applyVex(findings: Findings, documents: readonly VexDocument[], subject: Subject): Findings {
  const index = new StatementIndex(distinct(documents), findings.findings, subjectMatcher(subject));
  return { ...findings, findings: findings.findings.map((finding) => answered(finding, index.find(finding))) };
}

/** A document that was given twice must not overrule itself. */
function distinct(documents: readonly VexDocument[]): VexDocument[] {
  return [...new Map(documents.map((document) => [document.digest, document])).values()];
}

function answered(finding: Finding, newestFirst: readonly PlacedStatement[]): Finding {
  const { vex: _, ...rest } = finding;
  const [winner, ...losers] = newestFirst;
  if (winner === undefined) return rest;
  const { document, statement } = winner;
  const vex: VexAnswer = {
    status: statement.status,
    ...(statement.justification === undefined ? {} : { justification: statement.justification }),
    ...(statement.statement === undefined ? {} : { statement: statement.statement }),
    document: document.digest,
    ...(document.author === undefined ? {} : { author: document.author }),
    timestamp: statement.timestamp,
    overruled: losers.map(({ document, statement }) => ({
      status: statement.status,
      document: document.digest,
      timestamp: statement.timestamp,
    })),
  };
  return { ...rest, vex };
}
