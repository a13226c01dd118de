export * from './cli.ts';
export * from './corpus.ts';
export * from './fake-registry.ts';
export * from './hostile.ts';
export * from './needs.ts';
export * from './postgres.ts';
export * from './real-images.ts';
export * from './sbom-schemas.ts';
