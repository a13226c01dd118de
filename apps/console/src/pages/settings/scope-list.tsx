import './settings.css';
import { type Scope, SCOPES } from '@stella-ops/contracts';

/** Permissions, and what they allow once somebody wants to know. */
export function ScopeDetails({ summary, scopes }: { readonly summary: string; readonly scopes: readonly string[] }) {
  return (
    <details className="scope-details">
      <summary>{summary}</summary>
      <ScopeList scopes={scopes} />
    </details>
  );
}

function ScopeList({ scopes }: { readonly scopes: readonly string[] }) {
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
