export * from './sample-releases.ts';
export * from './sample-routes.ts';
