export * from './open-peers.ts';
export { PRINCIPAL_HEADER } from './peer-principal.ts';
