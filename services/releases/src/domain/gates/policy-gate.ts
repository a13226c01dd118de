import type { Gate } from '@stella-ops/contracts/releases';
import type { DecisionFact, PolicyFact, PolicyReason } from '../facts.ts';
import { count, gateOf, imageName, trimmed, unavailableGate } from './gate.ts';

/** Policy alone says pass or fail; this gate only tells what it said. */
export function policyGate(at: string, { component, image, answer }: PolicyFact): Gate {
  const about = { name: 'policy', component, imageDigest: image.digest } as const;
  const subject = imageName(component, image.platform);
  switch (answer.kind) {
    case 'unavailable':
      return unavailableGate(at, about, answer);
    case 'refused':
      return gateOf(at, {
        ...about,
        state: 'blocked',
        sentence: `${subject} cannot be judged: ${trimmed(answer.message)}.`,
        fix: answer.hint,
        unblockedBy: REFUSAL_UNBLOCKED_BY.get(answer.code) ?? 'an operator of this installation',
        reasons: [
          { code: answer.code, sentence: trimmed(answer.message), fix: answer.hint, vulnerability: null, component },
        ],
      });
    case 'decided':
      return decidedGate(answer.evaluatedAt, about, subject, answer);
  }
}

const REFUSAL_UNBLOCKED_BY: ReadonlyMap<string, string> = new Map([
  ['POLICY_MISSING', 'anybody who may publish policies (policy.publish)'],
  ['SNAPSHOT_MISSING', 'anybody who may import advisories (advisory.ingest)'],
  ['IMAGE_UNKNOWN', 'anybody who may scan images (scanner.scan)'],
]);

function decidedGate(
  at: string,
  about: Pick<Gate, 'name' | 'component' | 'imageDigest'>,
  subject: string,
  { outcome, policy, reasons, moreReasons, decisionId }: DecisionFact,
): Gate {
  const pack = `${policy.name} ${policy.version}`;
  const evidence = [{ kind: 'decision' as const, id: decisionId }];
  const told = reasons.map(({ code, sentence, fix, vulnerability, component }) => ({
    code,
    sentence,
    fix,
    vulnerability,
    component,
  }));
  if (outcome === 'allow') {
    return gateOf(at, {
      ...about,
      state: 'passed',
      sentence: `Policy ${pack} allows ${subject}.`,
      evidence,
      reasons: told,
    });
  }
  const verb = outcome === 'deny' ? 'denies' : 'cannot settle';
  const first = reasons[0];
  const why = first === undefined ? '' : `: ${trimmed(first.sentence)}`;
  const more = reasons.length - 1 + moreReasons;
  const rest = more > 0 ? `, and for ${count(more, 'more reason')}` : '';
  return gateOf(at, {
    ...about,
    state: 'blocked',
    sentence: `Policy ${pack} ${verb} ${subject}${why}${rest}.`,
    fix: fixOf(reasons) ?? (outcome === 'deny' ? DENIED_FIX : PENDING_FIX),
    unblockedBy:
      outcome === 'deny'
        ? 'whoever can make a release with the fix, or approve an exception (exception.approve)'
        : 'whoever can bring the missing evidence, or approve an exception (exception.approve)',
    evidence,
    reasons: told,
  });
}

const DENIED_FIX = 'Release a corrected image, or ask for an exception.';
const PENDING_FIX = 'Bring the evidence that is missing, for example a VEX statement or a new scan.';

function fixOf(reasons: readonly PolicyReason[]): string | undefined {
  return reasons.find(({ fix }) => fix !== null)?.fix ?? undefined;
}
