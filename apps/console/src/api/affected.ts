/** First parts of event types → first parts of the ids of routes whose answers they change. */
const AFFECTED: Readonly<Record<string, readonly string[]>> = {
  authority: ['authority.'],
  concelier: ['concelier.'],
  deployments: ['deployments.', 'releases.promotions', 'releases.environments', 'evidence.'],
  evidence: ['evidence.', 'releases.promotions'],
  findings: ['findings.', 'scanner.images'],
  policy: ['policy.', 'findings.', 'releases.promotions'],
  releases: ['releases.', 'deployments.'],
  scanner: ['scanner.', 'findings.', 'releases.promotions'],
  signer: ['signer.', 'attestor.trust'],
  vex: ['excititor.', 'vex.'],
  excititor: ['excititor.', 'vex.'],
};

/** Whether an answer of a route may be another after an event. */
export function isAffected(routeId: string, eventType: string): boolean {
  const area = eventType.split('.')[0] ?? '';
  const prefixes = Object.hasOwn(AFFECTED, area) ? AFFECTED[area] : undefined;
  // An area that is not known yet: read anew rather than show something old.
  return prefixes === undefined || prefixes.some((prefix) => routeId.startsWith(prefix));
}
