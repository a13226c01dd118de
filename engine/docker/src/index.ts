export { containerClient } from './container-client.ts';
export type * from './container-types.ts';
export * from './docker-client.ts';
export { DEFAULT_DOCKER_HOST, parseDockerHost } from './endpoint.ts';
export { DOCKER_ERRORS } from './errors.ts';
export { nodeHttp, nodeHttps } from './lazy-http.ts';
export type * from './types.ts';
