export * from './server-process.ts';
export * from './test-server.ts';
