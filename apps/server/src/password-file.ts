import { join } from 'node:path';

/** Where the first password of a person of the first tenant lies: readable by the owner of the process alone. */
export const passwordFile = (dataDir: string, name: string): string => join(dataDir, 'secrets', `${name}-password`);
