import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const DOCKER_ERRORS = {
  DOCKER_HOST_INVALID: {
    status: 400,
    exit: EXIT.invalid,
    hint: 'Write the address as unix:///path/to/docker.sock or tcp://host:port.',
  },
  DOCKER_NOT_RUNNING: {
    status: 503,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Start the Docker Engine, or name its socket with DOCKER_HOST.',
  },
  DOCKER_PERMISSION: {
    status: 403,
    exit: EXIT.verification,
    hint: 'Add this user to the group that owns the socket, or run with the rights to open it.',
  },
  DOCKER_API_TOO_OLD: { status: 502, exit: EXIT.invalid, hint: 'Use a Docker Engine that speaks API 1.24 or later.' },
  DOCKER_REFERENCE_INVALID: {
    status: 400,
    exit: EXIT.invalid,
    hint: 'Name an image as repository:tag, repository@sha256:… or by its id.',
  },
  DOCKER_NO_SUCH_IMAGE: {
    status: 404,
    exit: EXIT.notFound,
    hint: 'List the images of this engine with "docker images"; pull or build the image first.',
  },
  DOCKER_NO_SUCH_CONTAINER: {
    status: 404,
    exit: EXIT.notFound,
    hint: 'Somebody removed it; look with "docker ps --all".',
  },
  DOCKER_NO_SUCH_RESOURCE: {
    status: 404,
    exit: EXIT.notFound,
    hint: 'Create the network or volume on this engine first.',
  },
  DOCKER_PORT_TAKEN: {
    status: 409,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Stop what listens on this port of the host, or publish another one.',
  },
  DOCKER_PULL_NOT_FOUND: {
    status: 404,
    exit: EXIT.notFound,
    hint: 'Push the image again, or choose a release whose images the registry still has.',
  },
  DOCKER_PULL_DENIED: {
    status: 403,
    exit: EXIT.verification,
    hint: 'Give this host credentials that may pull from the repository.',
  },
  DOCKER_PLATFORM_MISSING: {
    status: 422,
    exit: EXIT.notFound,
    hint: 'Build the image for the platform of this host.',
  },
  DOCKER_REGISTRY_UNREACHABLE: {
    status: 503,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Check that the registry runs and that this host reaches it.',
  },
  DOCKER_PULL_FAILED: {
    status: 502,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Try again; the log of the engine says more.',
  },
  DOCKER_TIMEOUT: {
    status: 504,
    exit: EXIT.retry,
    retryable: true,
    hint: 'The engine stopped answering; look at its log and try again.',
  },
  DOCKER_TORN: {
    status: 502,
    exit: EXIT.retry,
    retryable: true,
    hint: 'The engine broke off its answer; look at its log and try again.',
  },
  DOCKER_ANSWER_INVALID: {
    status: 502,
    exit: EXIT.invalid,
    hint: 'What answers at this address does not look like a Docker Engine.',
  },
  DOCKER_FAILED: { status: 502, exit: EXIT.unexpected, hint: 'The engine refused; its log says more.' },
} as const;

export const fail = errorFactory(DOCKER_ERRORS);
