import type { MetricCatalogue } from '@stella-ops/platform/runtime';

export const METRICS = {
  logins: {
    name: 'authority_logins_total',
    type: 'counter',
    help: 'Logins with a password, by outcome (done, wrong, blocked, busy)',
    labels: ['outcome'],
  },
  refused: {
    name: 'authority_credentials_refused_total',
    type: 'counter',
    help: 'Requests with a token that is not good any more or never was, by kind of token',
    labels: ['kind'],
  },
  passwordCheck: {
    name: 'authority_password_check_seconds',
    type: 'histogram',
    help: 'Time to check a password, waiting included',
    labels: [],
  },
} as const satisfies MetricCatalogue;
