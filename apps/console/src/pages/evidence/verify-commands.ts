import type { EvidencePacket } from '@stella-ops/contracts/evidence';
import { commandWord } from '../common/command-word.ts';

/** Names of the files that the page offers; the commands speak of them. */
export interface PacketFiles {
  readonly bundle: string;
  readonly capsule: string | undefined;
  readonly trustedRoot: string;
  readonly publicKey: string;
  readonly sigstoreRoot: string;
}

export function filesOf(packet: Pick<EvidencePacket, 'kind' | 'subjectId' | 'capsuleDigest'>): PacketFiles {
  const short = packet.subjectId
    .replace(/^sha256:/, '')
    .replaceAll(/[^A-Za-z0-9-]/g, '')
    .slice(0, packet.kind === 'decision' ? 12 : 36);
  return {
    bundle: `${packet.kind}-${short}.sigstore.json`,
    capsule: packet.capsuleDigest === null ? undefined : `${packet.kind}-${short}.capsule.tar.zst`,
    trustedRoot: 'stella.trusted-root.json',
    publicKey: 'stella.pub',
    sigstoreRoot: 'stella.sigstore-root.json',
  };
}

type Named = Pick<EvidencePacket, 'id' | 'kind' | 'subjectId' | 'capsuleDigest' | 'predicateType'> & {
  readonly imageDigests: readonly string[];
};

/** With our own program: everything, and for decisions whether the verdict follows from the evidence. */
export function stellaCommands(packet: Named): string {
  const files = filesOf(packet);
  const trust = `--trusted-root ${files.trustedRoot}`;
  return files.capsule === undefined
    ? lines(
        `stella evidence get ${packet.id} --bundle ${files.bundle}`,
        `stella trust get --output ${files.trustedRoot}`,
        `stella bundle verify ${files.bundle} ${trust} --predicate-type ${commandWord(packet.predicateType)} \\`,
        `  --digest ${commandWord(packet.imageDigests[0] ?? '')}`,
      )
    : lines(
        `stella capsule get ${packet.id} --output ${files.capsule}`,
        `stella trust get --output ${files.trustedRoot}`,
        `stella capsule verify ${files.capsule} ${trust}`,
        `stella capsule replay ${files.capsule} ${trust}`,
      );
}

/** With cosign: signature and proof of logging. */
export function cosignCommands(packet: Named): string {
  const files = filesOf(packet);
  const given = (up: string): string => `--key ${up}${files.publicKey} --trusted-root ${up}${files.sigstoreRoot}`;
  if (files.capsule === undefined) {
    const image = packet.imageDigests[0]?.replace(/^sha256:/, '') ?? '';
    return lines(
      `cosign verify-blob-attestation ${given('')} \\`,
      `  --bundle ${files.bundle} --type ${commandWord(packet.predicateType)} \\`,
      `  --digest ${image} --digestAlg sha256`,
    );
  }
  return lines(
    `mkdir capsule && zstd -dc ${files.capsule} | tar -x -C capsule && cd capsule`,
    `cosign verify-blob-attestation ${given('../')} \\`,
    '  --bundle verdict.sigstore.json --type stella.ops/verdict@v1 verdict.json',
    `cosign verify-blob-attestation ${given('../')} \\`,
    '  --bundle manifest.sigstore.json --type stella.ops/manifest@v1 manifest.json',
  );
}

/** With openssl alone: the signature, by hand. */
export function opensslCommands(packet: Named): string {
  const files = filesOf(packet);
  if (files.capsule !== undefined) {
    return lines(
      `mkdir capsule && zstd -dc ${files.capsule} | tar -x -C capsule && cd capsule`,
      'tail -n +2 checksums.txt | sha256sum -c -',
      `sh verify.sh ../${files.publicKey}`,
    );
  }
  const part = (name: string): string =>
    `sed 's/.*"${name}":"\\([^"]*\\)".*/\\1/' ${files.bundle} | tr -d '\\n' | openssl base64 -d -A`;
  return lines(
    `${part('payload')} > statement.json`,
    `${part('sig')} > signature`,
    `printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < statement.json)" | cat - statement.json > signed`,
    `openssl dgst -sha256 -verify ${files.publicKey} -signature signature signed`,
  );
}

const lines = (...all: readonly string[]): string => all.join('\n');
