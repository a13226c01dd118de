import type { EvidencePacket } from '@stella-ops/contracts/evidence';
import { useEffect, useState } from 'react';
import type { StateLook } from '../../ui/index.ts';
import { type CheckedPacket, checkPacket } from './check/check-packet.ts';

type Bytes = Uint8Array<ArrayBuffer> | undefined;

/** Checks a packet as soon as its documents are here. */
export function useCheckedPacket(
  packet: EvidencePacket | undefined,
  bundle: Bytes,
  trust: Bytes,
): CheckedPacket | undefined {
  const [checked, setChecked] = useState<CheckedPacket>();
  useEffect(() => {
    setChecked(undefined);
    if (packet === undefined || bundle === undefined || trust === undefined) return undefined;
    let isCurrent = true;
    void checkPacket(packet, bundle, trust).then((result) => {
      if (isCurrent) setChecked(result);
    });
    return () => {
      isCurrent = false;
    };
  }, [packet, bundle, trust]);
  return checked;
}

/** What all checks say together. */
export function overallLook({ checks }: CheckedPacket): StateLook {
  if (checks.some(({ state }) => state === 'failed')) return { tone: 'failed', word: 'Does not hold', icon: 'alert' };
  if (checks.some(({ state }) => state === 'unknown')) return { tone: 'unknown', word: 'Not fully checked' };
  return { tone: 'good', word: 'Checks hold', icon: 'sign' };
}
