import './freeze-list.css';
import { type Environment, type Freeze, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { nowMs, useCommand, useWhyNot } from '../../../api/index.ts';
import { Button, ConfirmByName, StateBadge, TimeAgo } from '../../../ui/index.ts';

/** Freezes of an environment: the one that is on, and those to come. */
export function FreezeList({ environment }: { readonly environment: Environment }) {
  const whyNot = useWhyNot()('environment.write');
  const [ending, setEnding] = useState<Freeze | null>(null);
  const end = useCommand(RELEASES_ROUTES.deleteFreeze);
  const close = (): void => {
    end.reset();
    setEnding(null);
  };
  const ahead = environment.freezes
    .filter(({ endsAt }) => Date.parse(endsAt) > nowMs())
    .toSorted((a, b) => a.startsAt.localeCompare(b.startsAt));
  if (ahead.length === 0) return <p className="quiet">None. Promotions may come at any time.</p>;
  return (
    <>
      <ul className="freeze-list">
        {ahead.map((freeze) => {
          const isActive = Date.parse(freeze.startsAt) <= nowMs();
          return (
            <li key={freeze.id}>
              <div>
                <StateBadge
                  tone={isActive ? 'frozen' : 'stale'}
                  word={isActive ? 'Frozen now' : 'To come'}
                  icon="freeze"
                />{' '}
                {isActive ? 'ends ' : 'begins '}
                <TimeAgo at={isActive ? freeze.endsAt : freeze.startsAt} />
                <p>{freeze.reason}</p>
                <p className="freeze-times">
                  {utc(freeze.startsAt)} to {utc(freeze.endsAt)} UTC, by {freeze.createdBy.name}
                </p>
              </div>
              {whyNot === undefined ? (
                <Button onPress={() => setEnding(freeze)}>{isActive ? 'End freeze…' : 'Remove…'}</Button>
              ) : null}
            </li>
          );
        })}
      </ul>
      <ConfirmByName
        title={`End the freeze of ${environment.name}`}
        isOpen={ending !== null}
        onClose={close}
        name={environment.name}
        nameOf="environment"
        verb="End freeze"
        isDanger
        isPending={end.isPending}
        error={end.error}
        onConfirm={() => {
          if (ending === null) return;
          end.mutate({ params: { environmentId: environment.id, freezeId: ending.id } }, { onSuccess: close });
        }}
      >
        <p>
          Promotions that wait for nothing else go on at once. The freeze was made by {ending?.createdBy.name}:{' '}
          {ending?.reason}
        </p>
      </ConfirmByName>
    </>
  );
}

const utc = (time: string): string => time.slice(0, 16).replace('T', ' ');
