import { ATTESTOR_ERRORS, ATTESTOR_ROUTES } from '../attestor/index.ts';
import { AUTHORITY_ERRORS, AUTHORITY_EVENTS, AUTHORITY_ROUTES } from '../authority/index.ts';
import { CONCELIER_ERRORS, CONCELIER_EVENTS, CONCELIER_ROUTES } from '../concelier/index.ts';
import { AGENT_ROUTES, DEPLOYMENTS_ERRORS, DEPLOYMENTS_EVENTS, DEPLOYMENTS_ROUTES } from '../deployments/index.ts';
import type { ErrorTable } from '../errors.ts';
import type { EventType } from '../event.ts';
import { EVENT_ROUTES } from '../events/index.ts';
import { EVIDENCE_ERRORS, EVIDENCE_EVENTS, EVIDENCE_ROUTES } from '../evidence/index.ts';
import { EXCITITOR_ERRORS, EXCITITOR_EVENTS, EXCITITOR_ROUTES } from '../excititor/index.ts';
import { FINDINGS_EVENTS, FINDINGS_ROUTES } from '../findings/index.ts';
import { POLICY_EVENTS, POLICY_ROUTES, POLICY_SERVICE_ERRORS } from '../policy/index.ts';
import { RELEASES_ERRORS, RELEASES_EVENTS, RELEASES_ROUTES } from '../releases/index.ts';
import type { Routes } from '../route.ts';
import { SCANNER_ERRORS, SCANNER_EVENTS, SCANNER_ROUTES } from '../scanner/index.ts';
import { SIGNER_ERRORS, SIGNER_EVENTS, SIGNER_ROUTES } from '../signer/index.ts';
import { SYSTEM_ROUTES } from '../system-routes.ts';

/** Every route of the product by service, for documents, checks and the suites that are made from contracts. */
export const ROUTES_BY_SERVICE: Readonly<Record<string, Routes>> = {
  agents: AGENT_ROUTES,
  attestor: ATTESTOR_ROUTES,
  authority: AUTHORITY_ROUTES,
  concelier: CONCELIER_ROUTES,
  deployments: DEPLOYMENTS_ROUTES,
  events: EVENT_ROUTES,
  evidence: EVIDENCE_ROUTES,
  excititor: EXCITITOR_ROUTES,
  findings: FINDINGS_ROUTES,
  policy: POLICY_ROUTES,
  releases: RELEASES_ROUTES,
  scanner: SCANNER_ROUTES,
  signer: SIGNER_ROUTES,
  system: SYSTEM_ROUTES,
};

const EVENT_TABLES: readonly Readonly<Record<string, EventType>>[] = [
  AUTHORITY_EVENTS,
  CONCELIER_EVENTS,
  DEPLOYMENTS_EVENTS,
  EVIDENCE_EVENTS,
  EXCITITOR_EVENTS,
  FINDINGS_EVENTS,
  POLICY_EVENTS,
  RELEASES_EVENTS,
  SCANNER_EVENTS,
  SIGNER_EVENTS,
];

/** Every event of the product. */
export const EVENTS: readonly EventType[] = EVENT_TABLES.flatMap((table) => Object.values(table));

/** Errors of the services. */
export const SERVICE_ERRORS: ErrorTable = {
  ...ATTESTOR_ERRORS,
  ...AUTHORITY_ERRORS,
  ...CONCELIER_ERRORS,
  ...DEPLOYMENTS_ERRORS,
  ...EVIDENCE_ERRORS,
  ...EXCITITOR_ERRORS,
  ...POLICY_SERVICE_ERRORS,
  ...RELEASES_ERRORS,
  ...SCANNER_ERRORS,
  ...SIGNER_ERRORS,
};
