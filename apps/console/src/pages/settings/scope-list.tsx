import './settings.css';
import { type Scope, SCOPES } from '@stella-ops/contracts';

/** Permissions with what they allow. */
export function ScopeList({ scopes }: { readonly scopes: readonly string[] }) {
  return (
    <ul className="scope-list">
      {scopes.map((scope) => (
        <li key={scope}>
          <code>{scope}</code>
          <span className="quiet">{Object.hasOwn(SCOPES, scope) ? SCOPES[scope as Scope] : 'Of a newer version'}</span>
        </li>
      ))}
    </ul>
  );
}
