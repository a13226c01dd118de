export { type DataFolder, openDataFolder } from './data-folder.ts';
export * from './identity/enrol.ts';
export * from './log.ts';
export * from './run-agent.ts';
export { type System, system } from './system.ts';
