import { EmptyState } from '../../ui/index.ts';

/** The filter matches nothing, which is not the same as nothing being there. */
export function NoMatch({ what }: { readonly what: string }) {
  return (
    <EmptyState title={`No ${what} match these filters`} icon="search">
      Take a filter away, or look for something else.
    </EmptyState>
  );
}
