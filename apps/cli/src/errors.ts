import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const CLI_ERRORS = {
  USAGE: { status: 400, exit: EXIT.invalid, hint: 'Run the command with --help.' },
  FILE_NOT_FOUND: { status: 404, exit: EXIT.notFound, hint: 'Check the path.' },
  FILE_UNREADABLE: { status: 403, exit: EXIT.invalid, hint: 'Check the permissions and that it is a regular file.' },
  FILE_EXISTS: { status: 409, exit: EXIT.invalid, hint: 'Choose another name or remove the file.' },
  OUTPUT_FAILED: { status: 500, exit: EXIT.unexpected, hint: 'Check the folder, its permissions and the space left.' },
  PASSWORD_MISSING: {
    status: 401,
    exit: EXIT.verification,
    hint: 'Set STELLA_KEY_PASSWORD (or COSIGN_PASSWORD), or name a file in STELLA_KEY_PASSWORD_FILE.',
  },
  CAPSULE_NOT_VERIFIED: {
    status: 422,
    exit: EXIT.verification,
    hint: 'Run "stella capsule verify" for every check; without a trusted root the capsule is shown as it stands.',
  },
  SOURCE_UNKNOWN: {
    status: 415,
    exit: EXIT.invalid,
    hint: 'Name an image (OCI or docker archive, layout, registry), or an SBOM: CycloneDX JSON (1.2 to 1.7) or SPDX JSON (2.2 or 2.3).',
  },
  VEX_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Correct the document at the place named.' },
  CREDENTIALS_UNREADABLE: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Remove the file and log in again with "stella login".',
  },
  LOGIN_NEEDED: {
    status: 401,
    exit: EXIT.verification,
    hint: 'Run "stella login --server URL", or set STELLA_TOKEN.',
  },
  LOGIN_EXPIRED: { status: 401, exit: EXIT.verification, hint: 'Log in again with "stella login".' },
  LOGIN_REFUSED: { status: 401, exit: EXIT.verification, hint: 'Check tenant, user and password.' },
  TOKEN_INVALID: {
    status: 400,
    exit: EXIT.invalid,
    hint: 'Give the token alone, as "stella token create --token-file" writes it.',
  },
  SERVER_UNREACHABLE: {
    status: 503,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Check the address, and that the server runs ("npm start").',
  },
  SERVER_FOREIGN: { status: 502, exit: EXIT.invalid, hint: 'Check the address of the server.' },
  DOWNLOAD_DAMAGED: { status: 502, exit: EXIT.verification, hint: 'Download it again; if it stays so, report it.' },
  SCAN_FAILED: { status: 422, exit: EXIT.invalid, hint: 'Correct what the server names and scan again.' },
  ENGINE_ELSEWHERE: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Run it on the machine of the target, name its Engine with DOCKER_HOST, or leave out --clean.',
  },
  NAME_UNKNOWN: { status: 404, exit: EXIT.notFound, hint: 'Check the name.' },
  UNEXPECTED: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'This is a defect; run again with STELLA_DEBUG=1 for its origin and report it.',
  },
} as const;

export const fail = errorFactory(CLI_ERRORS);
