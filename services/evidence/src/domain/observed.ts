import { Digest } from '@stella-ops/contracts';
import * as z from 'zod';

const text = z.string().max(300);
/** What of a receipt is evidence; the agent that wrote it is a stranger. */
const Receipt = z.object({
  services: z
    .array(z.object({ service: text, imageId: text, manifestDigest: Digest, configDigest: Digest.nullable() }))
    .max(200),
});
export type ObservedService = z.infer<typeof Receipt>['services'][number];

/** What ran on some targets at the end, the same on each: the image that the host named, and the digests it stands for. */
export interface ObservedOn {
  readonly targets: readonly string[];
  readonly services: readonly ObservedService[];
}

/** What a receipt says that runs; undefined when it does not say that, or in a way that nobody can read. */
export function readReceipt(bytes: Uint8Array): readonly ObservedService[] | undefined {
  try {
    const parsed = Receipt.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return parsed.success ? parsed.data.services : undefined;
  } catch {
    return undefined;
  }
}

/** Targets on which the same runs, together: a thousand hosts are one entry, not a thousand. */
export function grouped(
  seen: readonly { readonly target: string; readonly services: readonly ObservedService[] }[],
): readonly ObservedOn[] {
  const groups = Map.groupBy(seen, ({ services }) => JSON.stringify(services));
  return [...groups.values()].map((alike) => ({
    targets: alike.map(({ target }) => target),
    services: alike[0]?.services ?? [],
  }));
}
