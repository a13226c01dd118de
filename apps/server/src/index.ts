export { PROCESS_CONFIG } from './config.ts';
export { runServer, type RunningServer } from './run-server.ts';
export { SERVICES } from './services.ts';
