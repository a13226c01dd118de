export * from './corpus.ts';
export * from './needs.ts';
export * from './real-images.ts';
