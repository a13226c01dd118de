export * from './assemble.ts';
export * from './inventory-bytes.ts';
export * from './types.ts';
