import { SCOPES } from '@stella-ops/contracts';
import type { ReactNode } from 'react';
import { useMe } from '../../../api/index.ts';
import { Choices } from './choices.tsx';

/** Permissions to give away: those that the person has. */
export function ScopeChoices(props: {
  readonly help?: ReactNode;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  /** The form was sent once: faults are shown. */
  readonly isTried: boolean;
}) {
  const { isTried, ...rest } = props;
  const scopes = useMe()?.scopes ?? [];
  return (
    <Choices
      label="What it may do"
      choices={scopes.map((id) => ({
        id,
        summary: Object.hasOwn(SCOPES, id) ? SCOPES[id as keyof typeof SCOPES] : '',
      }))}
      {...rest}
      error={isTried && rest.chosen.length === 0 ? 'Choose what it may do.' : undefined}
    />
  );
}
