import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { nowMs, useApi, useCan } from '../../api/index.ts';
import { AppLink, Icon, Section, Skeleton, TONE_ICONS } from '../../ui/index.ts';
import { advisoriesFact, driftFact, targetsFact, type TrustFact } from './trust.ts';

const MARKS = { ...TONE_ICONS, failed: 'alert', gate: 'alert', stale: 'clock' } as const;

/** What the board rests on: whether targets report, run what they should, and decisions know what is new. */
export function TrustFacts() {
  const can = useCan();
  const targets = useApi(
    DEPLOYMENTS_ROUTES.listTargets,
    { query: { limit: 200 } },
    { isEnabled: can('environment.read') },
  );
  const snapshots = useApi(
    CONCELIER_ROUTES.listSnapshots,
    { query: { limit: 1 } },
    { isEnabled: can('advisory.read') },
  );
  const known = targets.data?.body.items;
  const facts: readonly (TrustFact | undefined)[] = [
    ...(known === undefined ? [] : [driftFact(known), targetsFact(known)]),
    ...(targets.error === null ? [] : [unread('targets', 'Targets', '/targets')]),
    ...(snapshots.error === null ? [] : [unread('advisories', 'Advisories', '/advisories')]),
    ...(snapshots.data === undefined ? [] : [advisoriesFact(snapshots.data.body.items[0], nowMs())]),
  ];
  const isLoading = targets.isLoading || snapshots.isLoading;
  if (!isLoading && facts.length === 0) return null;
  return (
    <Section title="How sure this is">
      {isLoading ? (
        <Skeleton lines={3} />
      ) : (
        <ul className="trust-facts">
          {facts.map((fact) =>
            fact === undefined ? null : (
              <li key={fact.id} className={`tone-${fact.tone}`}>
                <Icon name={MARKS[fact.tone]} />
                <div>
                  <AppLink to={fact.to}>{fact.title}</AppLink>
                  <p>{fact.sentence}</p>
                </div>
              </li>
            ),
          )}
        </ul>
      )}
    </Section>
  );
}

const unread = (id: string, title: string, to: string): TrustFact => ({
  id: `${id}-unread`,
  tone: 'failed',
  title: `${title} could not be read`,
  sentence: 'What is known of them may be out of date.',
  to,
});
