import type { AppError } from '@stella-ops/engine-kernel';
import { plainText } from './engine-http.ts';
import { type DOCKER_ERRORS, fail } from './errors.ts';

// The Engine gives causes as sentences only; these are the words of Engines 20.10 to 28 and of registries behind them.
const CAUSES: readonly (readonly [RegExp, keyof typeof DOCKER_ERRORS])[] = [
  [/no matching manifest for|does not match the specified platform/i, 'DOCKER_PLATFORM_MISSING'],
  [/unauthorized|denied|authentication required|no basic auth/i, 'DOCKER_PULL_DENIED'],
  [/manifest unknown|not found|name unknown|does not exist/i, 'DOCKER_PULL_NOT_FOUND'],
  [
    /connection refused|no such host|i\/o timeout|no route to host|network is unreachable|TLS handshake|x509|server gave HTTP response|Client\.Timeout|connection reset/i,
    'DOCKER_REGISTRY_UNREACHABLE',
  ],
];

/** Why a pull failed, from the sentence of the Engine. */
export function pullError(message: string, reference: string): AppError {
  const code = CAUSES.find(([words]) => words.test(message))?.[1] ?? 'DOCKER_PULL_FAILED';
  return fail(code, `${reference}: ${plainText(message)}`, { place: { file: reference } });
}
