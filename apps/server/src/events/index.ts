export { eventsCommand } from './commands.ts';
