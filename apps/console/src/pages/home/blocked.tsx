import type { Promotion } from '@stella-ops/contracts/releases';
import { AppLink, Section, Skeleton } from '../../ui/index.ts';

const SHOWN = 5;

/** Promotions that go nowhere until somebody does something: what is wrong, and the way out. Undefined: on their way. */
export function Blocked({ promotions }: { readonly promotions: readonly Promotion[] | undefined }) {
  // Keeps its place, or what stands below would move when it comes.
  if (promotions === undefined) {
    return (
      <Section title="Blocked">
        <Skeleton />
      </Section>
    );
  }
  return (
    <Section title="Blocked">
      {promotions.length === 0 ? (
        <p className="quiet">Nothing is blocked.</p>
      ) : (
        <ul className="needs-me">
          {promotions.slice(0, SHOWN).map((promotion) => (
            <li key={promotion.id}>
              <AppLink to={`/promotions/${promotion.id}`}>
                {promotion.release} to {promotion.environment}
              </AppLink>
              <p>{promotion.sentence.replace(/^Blocked: /, '')}</p>
            </li>
          ))}
        </ul>
      )}
      {promotions.length > SHOWN ? (
        <AppLink to="/promotions?state=pending_gate">All {promotions.length} that are blocked</AppLink>
      ) : null}
    </Section>
  );
}

export const isBlocked = ({ gates }: Promotion): boolean => gates.some(({ state }) => state === 'blocked');
