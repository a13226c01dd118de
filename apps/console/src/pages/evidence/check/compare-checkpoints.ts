import { bytesOfBase64 } from './base64.ts';
import { checkpointOf, isCheckpointSigned } from './checkpoint.ts';
import { isConsistent } from './consistency.ts';

type Keys = Parameters<typeof isCheckpointSigned>[1];

export interface Comparison {
  /** `unknown`: this browser cannot tell, or the checkpoint is none. */
  readonly state: 'passed' | 'failed' | 'unknown';
  readonly sentence: string;
}

/**
 * Whether the log as it is now holds everything that it held when an earlier checkpoint was made.
 *
 * @param kept the earlier checkpoint, as somebody kept it
 * @param present the checkpoint of now
 * @param prove asks the server for the hashes of the proof, in base64
 */
export async function compareCheckpoints(
  kept: string,
  present: string,
  keys: Keys,
  prove: (from: number, to: number) => Promise<readonly string[]>,
): Promise<Comparison> {
  const old = checkpointOf(`${kept.trim()}\n`);
  const now = checkpointOf(present);
  if (old === undefined) return { state: 'unknown', sentence: 'This is no checkpoint: paste the whole signed note.' };
  if (now === undefined) return { state: 'failed', sentence: 'The server shows no checkpoint that can be read.' };
  const isOurs = await isCheckpointSigned(old, keys);
  if (isOurs === undefined) return { state: 'unknown', sentence: 'This browser cannot check Ed25519 signatures.' };
  if (!isOurs) return { state: 'unknown', sentence: 'No log that this server knows signed what you pasted.' };
  if (old.origin !== now.origin) return { state: 'unknown', sentence: `It is of another log: ${old.origin}.` };
  const [oldSize, size] = [BigInt(old.size), BigInt(now.size)];
  if (oldSize === 0n) return { state: 'passed', sentence: 'The log was empty then: there was nothing to take out.' };
  if (oldSize > size) {
    return {
      state: 'failed',
      sentence: `The log held ${oldSize} entries then and holds ${size} now: entries are gone.`,
    };
  }
  const hashes = (await prove(Number(oldSize), Number(size))).map(bytesOfBase64);
  const proof = hashes.filter((hash) => hash !== undefined);
  const isWhole =
    proof.length === hashes.length && (await isConsistent({ oldSize, size, oldRoot: old.root, root: now.root, proof }));
  return isWhole
    ? {
        state: 'passed',
        sentence: `All ${oldSize} entries of then stand unchanged among the ${size} of now.`,
      }
    : {
        state: 'failed',
        sentence: 'The log of now does not hold what it held then: something was taken out or changed.',
      };
}
