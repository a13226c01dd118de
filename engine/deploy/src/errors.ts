import { AppError, errorFactory, EXIT } from '@stella-ops/engine-kernel';
import type { StepError } from './types.ts';

export const DEPLOY_ERRORS = {
  DEPLOY_INTERRUPTED: {
    status: 503,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Run it again with the same journal: it goes on where it was.',
  },
  DEPLOY_JOURNAL_INVALID: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Give every task a journal of its own; remove this one when no deployment is under way.',
  },
  DEPLOY_PLATFORM: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Choose a release with an image for this platform, or another target.',
  },
  DEPLOY_DIGEST_MISMATCH: {
    status: 422,
    exit: EXIT.verification,
    hint: 'Something other than what was approved came from the registry or lies on the host; look at both.',
  },
  DEPLOY_NAME_TAKEN: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Remove or rename the container that has the name, or change "container_name".',
  },
  DEPLOY_RESOURCE_FOREIGN: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Declare it "external" in the template to use it, or choose another name.',
  },
  DEPLOY_RESOURCE_MISSING: {
    status: 422,
    exit: EXIT.notFound,
    hint: 'Create it on the host, or take "external" out of the template.',
  },
  DEPLOY_NOT_HEALTHY: {
    status: 422,
    exit: EXIT.denied,
    hint: 'Read the last lines of its log below, and correct the image or the health check.',
  },
  DEPLOY_CONTAINER_GONE: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Somebody removed the container while it was deployed; deploy again.',
  },
  DEPLOY_HOOK_FAILED: {
    status: 422,
    exit: EXIT.denied,
    hint: 'Read the output of the hook below, and correct the hook or what it needs.',
  },
  DEPLOY_HOOK_TIMEOUT: {
    status: 504,
    exit: EXIT.denied,
    hint: 'Raise "timeoutSeconds" of the hook, or find out what it waits for.',
  },
  DEPLOY_ARCHIVE_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Make the image again; its files cannot be unpacked safely.',
  },
  DEPLOY_DISK: {
    status: 507,
    exit: EXIT.invalid,
    hint: 'Make room on the host, or give the agent the right to write there.',
  },
} as const;

export const fail = errorFactory(DEPLOY_ERRORS);

/**
 * What a report tells of an error. Faults of ours are told too: a failed step never has an empty reason. It may quote
 * programs and be cut within a character: whoever is told, and canonical JSON, take whole ones only.
 */
export function stepError(error: unknown): StepError {
  if (error instanceof AppError) return { code: error.code, message: told(error.message), hint: told(error.hint) };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : 'an unknown fault';
  return { code: 'UNEXPECTED', message: told(message), hint: 'Send the log of the agent to its maintainers.' };
}

const told = (text: string): string => text.slice(0, 2000).toWellFormed().replaceAll('\0', '\uFFFD');
