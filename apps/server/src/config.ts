import * as z from 'zod';
import { EVENT_RETRIES } from '@stella-ops/platform/events';
import { defineConfig, LOG_LEVELS, secret } from '@stella-ops/platform/runtime';

const port = z.int().min(0).max(65_535);
const milliseconds = z.int().min(1).max(3_600_000);

export const SERVER_CONFIG = defineConfig({
  summary: 'The process itself',
  schema: z.strictObject({
    dataDir: z
      .string()
      .min(1)
      .default('.stella')
      .describe('Folder of the database, objects and secrets. Also STELLA_DATA_DIR.'),
    consoleDir: z.string().default('').describe('Folder of the built console; empty for the one that comes along.'),
    isDemo: z.boolean().default(false).describe('Make a demo tenant with two more users at the first start.'),
    drainNoticeMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(0)
      .describe('How long requests are still taken after SIGTERM, so that load balancers notice.'),
    drainDeadlineMs: milliseconds.default(20_000).describe('How long requests and jobs under way may then last.'),
  }),
});

export const HTTP_CONFIG = defineConfig({
  summary: 'The ports and limits of the HTTP server',
  schema: z.strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
    port: port.default(8080).describe('Console, API below /api and issuer below /oidc; 0 takes a free one.'),
    apiPort: port.default(8081).describe('API, health and metrics; 0 takes a free one.'),
    agentPort: port
      .optional()
      .describe('Mutual TLS for agents; 0 takes a free one. Default: 8082, or a free one when `port` is 0.'),
    agentHost: z
      .string()
      .max(2000)
      .default('')
      .describe(
        'Names and addresses by which agents reach `agentPort`, with commas between; the first is told to people. ' +
          'Default: `host`, or the name of the machine.',
      ),
    peerPort: port
      .default(8083)
      .describe(
        'Mutual TLS for the other processes of the installation, where --roles names a part; 0 takes a free one.',
      ),
    publicUrl: z.url().optional().describe('How browsers reach `port`; default: http://host:port.'),
    deadlineMs: milliseconds.default(60_000).describe('Longest time of a request until its answer begins.'),
    heartbeatMs: milliseconds.default(15_000).describe('Sign of life on event streams.'),
    jsonTimeoutMs: milliseconds.default(10_000).describe('Longest time for a JSON body to arrive.'),
    stallTimeoutMs: milliseconds
      .default(30_000)
      .describe('Longest pause within an upload, or of whoever reads an answer.'),
    headersTimeoutMs: milliseconds
      .default(10_000)
      .describe('Longest time for request headers to arrive, and for a TLS handshake.'),
    keepAliveTimeoutMs: milliseconds.default(65_000).describe('How long an idle connection stays open.'),
    maxHeaderBytes: z.int().min(1024).max(1_048_576).default(32_768).describe('All request headers together.'),
    maxConnections: z.int().min(1).max(100_000).default(2_000).describe('Connections at once.'),
    maxStreams: z.int().min(1).max(100_000).default(100).describe('Event streams that one caller may read at once.'),
    burst: z.int().min(1).max(1_000_000).default(500).describe('Requests of one caller that may come at once.'),
    perSecond: z.int().min(1).max(1_000_000).default(200).describe('Requests of one caller each second after that.'),
  }),
});

export const DATABASE_CONFIG = defineConfig({
  summary: 'The database: embedded unless a URL is given',
  schema: z.strictObject({
    url: secret(z.string().min(1))
      .optional()
      .describe('postgres://user:password@host:port/database of PostgreSQL 15 or later.'),
    poolSize: z.int().min(2).max(200).default(10).describe('Connections of one process to PostgreSQL.'),
    statementTimeoutMs: milliseconds.default(30_000).describe('Longest time of a statement.'),
  }),
});

export const LOG_CONFIG = defineConfig({
  summary: 'The log: JSON lines on standard error',
  schema: z.strictObject({
    level: z.enum(LOG_LEVELS).default('info').describe('Least severity that is written.'),
  }),
});

export const EVENTS_CONFIG = defineConfig({
  summary: 'What becomes of events that a service cannot take up',
  schema: z.strictObject({
    attempts: z
      .int()
      .min(1)
      .max(100)
      .default(EVENT_RETRIES.attempts)
      .describe('How often such an event is tried before it is parked and waits for `stella-server events`.'),
    firstRetryMs: milliseconds
      .default(EVENT_RETRIES.firstRetryMs)
      .describe('Pause after the first attempt; it doubles with each.'),
    longestRetryMs: milliseconds.default(EVENT_RETRIES.longestRetryMs).describe('Longest pause between two attempts.'),
  }),
});

const address = z.url({ protocol: /^https$/ }).optional();
const addressOf = (service: string) => address.describe(`https://host:port of the process that runs ${service}.`);

export const PEERS_CONFIG = defineConfig({
  summary: 'Where the services run that are not among --roles',
  schema: z.strictObject({
    authority: addressOf('authority'),
    signer: addressOf('signer'),
    attestor: addressOf('attestor'),
    scanner: addressOf('scanner'),
    concelier: addressOf('concelier'),
    excititor: addressOf('excititor'),
    policy: addressOf('policy'),
    findings: addressOf('findings'),
    evidence: addressOf('evidence'),
    releases: addressOf('releases'),
  }),
});

/** Sections of the process; those of the services come beside them, each under the service's id. */
export const PROCESS_CONFIG = {
  server: SERVER_CONFIG,
  http: HTTP_CONFIG,
  peers: PEERS_CONFIG,
  database: DATABASE_CONFIG,
  events: EVENTS_CONFIG,
  log: LOG_CONFIG,
} as const;
