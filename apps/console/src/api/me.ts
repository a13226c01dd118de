import type { Scope } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { useApi } from './use-api.ts';

/** Who is signed in. */
export function useMe() {
  return useApi(AUTHORITY_ROUTES.whoami, {}).data?.body;
}

/** Whether the person may do something; false until that is known. */
export function useCan(): (scope: Scope) => boolean {
  const scopes = useMe()?.scopes;
  return (scope) => scopes?.includes(scope) === true;
}

/** Why a button that needs a scope is disabled, or `undefined` when it is not. */
export function useWhyNot(): (scope: Scope) => string | undefined {
  const me = useMe();
  return (scope) =>
    me === undefined || me.scopes.includes(scope)
      ? undefined
      : `Your roles do not allow this (${scope}). Ask an administrator.`;
}
