export { PROCESS_CONFIG } from './config.ts';
export { METRIC_CATALOGUES } from './metric-catalogues.ts';
export { freePort } from './free-port.ts';
export { runServer, type RunningServer } from './run-server.ts';
export { SERVICES } from './services.ts';
