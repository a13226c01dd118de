import type { AdvisorySnapshot } from '@stella-ops/contracts/concelier';
import type { Target } from '@stella-ops/contracts/deployments';
import { relativeTime, type Tone } from '../../ui/index.ts';
import { counted, listed } from '../common/words.ts';

export interface TrustFact {
  readonly id: string;
  readonly tone: Extract<Tone, 'good' | 'failed' | 'stale' | 'gate'>;
  readonly title: string;
  /** What it means for what is on the screen. */
  readonly sentence: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;
/** Advisories come out daily; after this long decisions rest on what is no longer true. */
const OLD_DAYS = 7;

/** Whether targets were heard of: what they run is only known as of then. */
export function targetsFact(targets: readonly Target[]): TrustFact {
  const fact = { id: 'targets', to: '/targets' };
  const silent = targets.filter(({ status }) => status !== 'online').map(({ name }) => name);
  if (targets.length === 0) {
    const sentence = 'Approvals are recorded, and nothing is deployed.';
    return { ...fact, tone: 'stale', title: 'No targets yet', sentence };
  }
  if (silent.length === 0) {
    const title = targets.length === 1 ? 'The target reports' : `All ${targets.length} targets report`;
    return { ...fact, tone: 'good', title, sentence: 'What runs on them is known as of now.' };
  }
  const shown = silent.length > 3 ? `${silent.slice(0, 3).join(', ')} and others` : listed(silent);
  const title = `${silent.length} of ${counted(targets.length, 'target')} silent`;
  return { ...fact, tone: 'stale', title, sentence: `What runs on ${shown} is only last known.` };
}

/** Whether what runs is what was deployed, as far as targets report. */
export function driftFact(targets: readonly Target[]): TrustFact | undefined {
  const seen = targets.filter(({ status }) => status === 'online');
  const drifted = seen.filter(({ drift }) => drift.length > 0);
  const [first] = drifted;
  if (seen.length === 0) return undefined;
  if (first === undefined) {
    const sentence = 'Every container and folder has the digest of its release.';
    return { id: 'drift', tone: 'good', title: 'No drift', sentence, to: '/targets' };
  }
  return {
    id: 'drift',
    tone: 'failed',
    title: drifted.length === 1 ? `${first.name} has drifted` : `${counted(drifted.length, 'target')} have drifted`,
    sentence: first.drift[0]?.sentence ?? '',
    to: drifted.length === 1 ? `/targets/${first.id}` : '/targets',
  };
}

/** Whether decisions know of new vulnerabilities. */
export function advisoriesFact(newest: AdvisorySnapshot | undefined, nowMs: number): TrustFact {
  const fact = { id: 'advisories', to: '/advisories' };
  if (newest === undefined) {
    const sentence = 'Without a snapshot nothing can be decided.';
    return { ...fact, tone: 'failed', title: 'No advisories', sentence };
  }
  const atMs = Date.parse(newest.createdAt);
  const isOld = nowMs - atMs > OLD_DAYS * DAY_MS;
  return {
    ...fact,
    tone: isOld ? 'gate' : 'good',
    title: `Advisories of ${relativeTime(atMs, nowMs)}`,
    sentence: isOld
      ? 'What was published since then is not known to any decision.'
      : `Decisions know ${counted(newest.records, 'record')}.`,
  };
}
