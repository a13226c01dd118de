export * from './run-cli.ts';
export type { Context } from './context.ts';
