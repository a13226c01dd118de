export * from './plan-types.ts';
export type * from './types.ts';
