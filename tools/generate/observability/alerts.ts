import { above, below, both, equal, max, min, over, type Queries, type Query, sum } from './query.ts';

export interface Alert {
  readonly name: string;
  /** `critical`: somebody gets up. `warning`: today. `info`: to know. */
  readonly severity: 'critical' | 'warning' | 'info';
  readonly when: Query;
  /** How long it must hold before it fires. */
  readonly forMinutes: number;
  /** One sentence for the message; may name labels as `{{ $labels.x }}`. */
  readonly summary: string;
  /** What to do, for somebody who is woken by it. */
  readonly action: string;
}

/** What Prometheus calls the processes of the product. */
export const JOB = 'stella';
const GIB = 1024 ** 3;

/** Alerts by the part that they watch. Quantities that every process of an installation tells alike are taken once. */
export function alertGroups(q: Queries): readonly { readonly name: string; readonly alerts: readonly Alert[] }[] {
  return [
    { name: 'stella-process', alerts: processAlerts(q) },
    { name: 'stella-backlog', alerts: backlogAlerts(q) },
    { name: 'stella-trust', alerts: trustAlerts(q) },
    { name: 'stella-judgement', alerts: judgementAlerts(q) },
    { name: 'stella-deployment', alerts: deploymentAlerts(q) },
  ];
}

const processAlerts = (q: Queries): readonly Alert[] => [
  {
    name: 'StellaDown',
    severity: 'critical',
    when: equal(q.gauge('up', { job: JOB }), 0),
    forMinutes: 2,
    summary: '{{ $labels.instance }} does not answer',
    action: 'Look at the last lines of its log. A scrape fails too when the database does not answer.',
  },
  {
    name: 'StellaRestarts',
    severity: 'warning',
    when: above(q.changes('process_start_time_seconds', '1h'), 3),
    forMinutes: 0,
    summary: '{{ $labels.instance }} was started more than three times within an hour',
    action: 'Read why it ended: the log before each start, and the log of whatever starts it.',
  },
  {
    name: 'StellaRequestsFail',
    severity: 'critical',
    when: above(
      over(sum(q.rate('http_requests_total', '10m', { status: /5../ })), sum(q.rate('http_requests_total', '10m'))),
      0.05,
    ),
    forMinutes: 10,
    summary: 'More than 5 % of the requests end with a fault of the server',
    action: 'Look for "Request failed" in the log; each line has the route and the request.',
  },
  {
    name: 'StellaEventLoopStalls',
    severity: 'warning',
    when: above(q.gauge('nodejs_eventloop_lag_p99_seconds', { job: JOB }), 0.5),
    forMinutes: 10,
    summary: '{{ $labels.instance }} lets everybody wait half a second and more',
    action: 'The machine is too small or something else uses it; or give scanner and policy a process of their own.',
  },
  {
    name: 'StellaDiskFills',
    severity: 'warning',
    when: below(over(q.gauge('server_disk_free_bytes'), q.gauge('server_disk_size_bytes')), 0.1),
    forMinutes: 10,
    summary: 'Less than 10 % of the disk of {{ $labels.instance }} is free',
    action: 'Make room or a larger disk. Objects that nothing names go by themselves after a day.',
  },
  {
    name: 'StellaDiskFull',
    severity: 'critical',
    when: below(q.gauge('server_disk_free_bytes'), GIB),
    forMinutes: 5,
    summary: 'Less than 1 GiB is free on the disk of {{ $labels.instance }}',
    action: 'Make room now. When nothing is left the embedded database stops; what was acknowledged stays.',
  },
  {
    name: 'StellaCredentialsRefused',
    severity: 'warning',
    when: above(sum(q.increase('authority_credentials_refused_total', '10m')), 100),
    forMinutes: 0,
    summary: 'More than 100 requests within ten minutes came with a token that is not good',
    action: 'A pipeline runs with an expired token, or somebody tries some. The log names addresses and tenants.',
  },
  {
    name: 'StellaLoginsBlocked',
    severity: 'warning',
    when: q.grew('authority_logins_total', '15m', [], { outcome: 'blocked' }),
    forMinutes: 0,
    summary: 'Somebody was kept from signing in after too many wrong passwords',
    action: 'Ask the person; if it was somebody else, look at the audit trail of the tenant.',
  },
];

const backlogAlerts = (q: Queries): readonly Alert[] => [
  {
    name: 'StellaJobsWait',
    severity: 'warning',
    when: above(max(q.gauge('jobs_waiting_seconds')), 300),
    forMinutes: 5,
    summary: 'A job has waited for more than five minutes',
    action: 'No process runs the service that it belongs to, or there is more work than processes: start another.',
  },
  {
    name: 'StellaOutboxBehind',
    severity: 'critical',
    when: above(max(q.gauge('events_waiting_seconds')), 60),
    forMinutes: 5,
    summary: 'Events are not passed on: services do not learn what others did',
    action: 'Look for "Events are held up" in the log, and whether the database answers.',
  },
  {
    name: 'StellaConsumerBehind',
    severity: 'warning',
    when: above(max(q.gauge('events_behind'), ['consumer']), 1000),
    forMinutes: 15,
    summary: '{{ $labels.consumer }} is more than 1,000 events behind',
    action: 'Look for "Events are held up" with this consumer in the log: mostly the database does not answer it.',
  },
  {
    name: 'StellaEventsParked',
    severity: 'warning',
    when: above(max(q.gauge('events_parked'), ['consumer']), 0),
    forMinutes: 0,
    summary: '{{ $labels.consumer }} has given up {{ $value }} events; what follows them in their tenants waits',
    action: 'Ask `stella-server events list` which and why. Mend it, then `events retry`: docs/operations/events.md.',
  },
  {
    name: 'StellaScansWait',
    severity: 'warning',
    when: above(q.quantile('scanner_scan_wait_seconds', 0.9, '30m'), 300),
    forMinutes: 30,
    summary: 'One scan of ten waits longer than five minutes',
    action: 'There are more scans than the process can do: give the scanner a process of its own.',
  },
  {
    name: 'StellaScansFail',
    severity: 'warning',
    when: above(
      over(
        sum(q.increase('scanner_scan_attempts_total', '1h', { outcome: 'failed' })),
        sum(q.increase('scanner_scan_attempts_total', '1h')),
      ),
      0.2,
    ),
    forMinutes: 15,
    summary: 'More than one scan of five fails',
    action: 'The list of scans has the sentence of each. Mostly a registry, its password or its certificate.',
  },
];

const trustAlerts = (q: Queries): readonly Alert[] => [
  {
    name: 'StellaSignaturesStopped',
    severity: 'critical',
    when: both(
      above(sum(q.increase('policy_decisions_total', '15m', { purpose: 'promotion' })), 0),
      equal(sum(q.increase('signer_signatures_total', '15m')), 0),
    ),
    forMinutes: 15,
    summary: 'Promotions are decided and nothing is signed',
    action: 'Every such decision is sealed. Look for failed jobs of evidence.seal-decision, and at StellaKeyFailures.',
  },
  {
    name: 'StellaScansUnsigned',
    severity: 'info',
    when: both(
      above(sum(q.increase('scanner_scan_attempts_total', '1h', { outcome: 'succeeded' })), 0),
      equal(sum(q.increase('signer_signatures_total', '1h')), 0),
    ),
    forMinutes: 60,
    summary: 'Scans run, and nothing was signed for an hour',
    action:
      'In order when nobody promotes anything: scans by themselves are not signed. Otherwise as StellaSignaturesStopped.',
  },
  {
    name: 'StellaLogStopped',
    severity: 'critical',
    when: both(
      above(sum(q.increase('evidence_packets_sealed_total', '15m')), 0),
      equal(sum(q.increase('attestor_log_entries_total', '15m')), 0),
    ),
    forMinutes: 15,
    summary: 'Evidence is sealed and the transparency log does not grow',
    action: 'This cannot be with one log: look whether two installations share a name, and compare /log/checkpoint.',
  },
  {
    name: 'StellaLogForked',
    severity: 'critical',
    when: equal(max(q.gauge('attestor_log_is_forked')), 1),
    forMinutes: 0,
    summary: 'The transparency log and what it signed disagree; nothing more is signed',
    action: 'Keep everything as it is. Somebody changed the database, or it was put back: docs/operations/backup.md.',
  },
  {
    name: 'StellaLogSlow',
    severity: 'warning',
    when: above(q.quantile('attestor_log_batch_seconds', 0.95, '15m'), 0.3),
    forMinutes: 15,
    summary: 'Entries of the transparency log take longer than 0.3 seconds',
    action: 'The disk of the database is slow: everything that signs waits for it.',
  },
  {
    name: 'StellaKeyFailures',
    severity: 'critical',
    when: q.grew('signer_key_failures_total', '15m'),
    forMinutes: 0,
    summary: 'A signing key could not be opened',
    action: 'A process runs with another master key, or without one.',
  },
  {
    name: 'StellaSealRefused',
    severity: 'critical',
    when: q.grew('evidence_seals_refused_total', '1h', ['code']),
    forMinutes: 0,
    summary: 'A decision, or a part of the audit trail, was not sealed: {{ $labels.code }}',
    action: 'What is stored does not hold together: something is lost or was changed. Compare with a backup.',
  },
  {
    name: 'StellaLedgerFault',
    severity: 'critical',
    when: q.grew('findings_ledger_faults_total', '1h'),
    forMinutes: 0,
    summary: 'A ledger of findings was changed',
    action: 'Keep the database for whoever investigates. `stella findings verify` names the entry.',
  },
];

const judgementAlerts = (q: Queries): readonly Alert[] => [
  {
    name: 'StellaImagesUnjudged',
    severity: 'warning',
    when: above(max(q.gauge('policy_images_waiting')), 0),
    forMinutes: 60,
    summary: '{{ $value }} images have waited for an hour to be judged anew',
    action: 'There is no snapshot or no active policy yet, or jobs of policy.judge-image fail: look in the log.',
  },
  {
    name: 'StellaAdvisoriesOld',
    severity: 'warning',
    when: above(q.age('concelier_snapshot_time_seconds', ['tenant']), 3 * 86_400),
    forMinutes: 60,
    summary: 'Advisories of tenant {{ $labels.tenant }} are more than three days old',
    action: 'Import newer ones, or see why the watched folder brings none.',
  },
  {
    name: 'StellaWatchFails',
    severity: 'warning',
    when: q.grew('concelier_watch_failures_total', '1h'),
    forMinutes: 0,
    summary: 'A watched folder of advisories, or a file in it, cannot be read',
    action: 'The log names the file and the fault.',
  },
];

const deploymentAlerts = (q: Queries): readonly Alert[] => [
  {
    name: 'StellaDeploymentFailed',
    severity: 'warning',
    when: q.grew('releases_deployments_total', '15m', [], { state: 'failed' }),
    forMinutes: 0,
    summary: 'A deployment failed',
    action: 'Its page says on which target, at which step and why.',
  },
  {
    name: 'StellaTargetsSilent',
    severity: 'critical',
    when: above(max(q.gauge('releases_targets_silent')), 0),
    forMinutes: 10,
    summary: '{{ $value }} targets are silent: their agents tell nothing',
    action: 'The host is down, its agent does not run, or port 8082 cannot be reached from there.',
  },
  {
    name: 'StellaAgentCertificateEnds',
    severity: 'critical',
    when: below(min(q.gauge('releases_agent_certificate_left_ratio')), 0.2),
    forMinutes: 60,
    summary: 'The certificate of an agent ends soon and was not renewed',
    action: 'The list of agents says which. Start it, or enrol it anew before or after the end.',
  },
  {
    name: 'StellaDrift',
    severity: 'warning',
    when: q.grew('releases_target_drift_total', '1h', ['kind']),
    forMinutes: 0,
    summary: 'What runs on a target is no longer what was deployed there ({{ $labels.kind }})',
    action: 'Somebody changed the host by hand, or containers died. The page of the target has each difference.',
  },
  {
    name: 'StellaLeasesLost',
    severity: 'warning',
    when: above(sum(q.increase('releases_leases_lost_total', '1h')), 3),
    forMinutes: 0,
    summary: 'Agents tell of tasks that were given to another meanwhile',
    action: 'Agents hang, or two of them run with one identity.',
  },
];
