export * from './engines.ts';
export * from './service-rig.ts';
