import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const AGENT_ERRORS = {
  AGENT_USAGE: { status: 400, exit: EXIT.invalid, hint: 'Run "stella-agent --help".' },
  AGENT_FILE: { status: 404, exit: EXIT.notFound, hint: 'Check the path and its permissions.' },
  AGENT_ENROLLED: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Start it with "stella-agent run", or choose another data folder.',
  },
  AGENT_NOT_ENROLLED: {
    status: 404,
    exit: EXIT.notFound,
    hint: 'Make a token with "stella agent enrol NAME" and run "stella-agent enrol" on this host.',
  },
  AGENT_IDENTITY_UNREADABLE: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Revoke the agent, remove its data folder and enrol it again.',
  },
  AGENT_RUNS: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'One agent at a time works with a data folder: stop the other one.',
  },
  AUTHORITY_MISMATCH: {
    status: 502,
    exit: EXIT.verification,
    hint: 'Compare address and fingerprint with what "stella agent enrol" printed; something may stand between.',
  },
  CERTIFICATE_MISMATCH: {
    status: 502,
    exit: EXIT.verification,
    hint: 'The server answered with a certificate of another key or authority; enrol again.',
  },
  PLAN_MISMATCH: {
    status: 422,
    exit: EXIT.verification,
    hint: 'The plan is not the one that was approved; nothing was done. Deploy again.',
  },
  PLAN_UNKNOWN: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Agent and server differ in version: install the agent of this server.',
  },
  TARGET_UNSUPPORTED: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Start the agent with --script-root for script targets, or with --docker-host for Docker targets.',
  },
  PORT_NOT_LOOPBACK: {
    status: 422,
    exit: EXIT.denied,
    hint: 'Publish the port as "127.0.0.1:8080:80", or give hosts that others may reach an agent of their own.',
  },
  DEPLOYMENT_UNEXPECTED: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'This is a defect; the log of the agent says more. Report it.',
  },
} as const;

export const fail = errorFactory(AGENT_ERRORS);
