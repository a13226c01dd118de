import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

type Search = Readonly<Record<string, string>>;

/** All members of the address's query, as texts. */
export function useUrlQuery(): Search {
  return useSearch({ strict: false }) as Search;
}

/**
 * One member of the query: filters, sort, selection, tab and drawer live in the address, so that it can be shared and
 * the back button works. `undefined` takes the member out.
 *
 * @param isStep whether back undoes the change (a drawer) or not (typing in a filter)
 */
export function useUrlText(
  name: string,
  isStep = false,
): readonly [string | undefined, (value: string | undefined) => void] {
  const search = useUrlQuery();
  const navigate = useNavigate();
  const set = useCallback(
    (value: string | undefined) => {
      const change = (before: Search): Search => {
        const { [name]: _removed, ...rest } = before;
        return value === undefined || value === '' ? rest : { ...rest, [name]: value };
      };
      void navigate({ to: '.', search: change, replace: !isStep, resetScroll: false });
    },
    [navigate, name, isStep],
  );
  return [Object.hasOwn(search, name) ? search[name] : undefined, set];
}
