export * from './corpus.ts';
export * from './needs.ts';
