import '../common/layout.css';
import './packet.css';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { EVIDENCE_ROUTES, type EvidencePacket } from '@stella-ops/contracts/evidence';
import { useApi } from '../../api/index.ts';
import {
  AppLink,
  Button,
  Columns,
  DigestChip,
  ErrorState,
  KeyValue,
  Page,
  Section,
  Skeleton,
  StateBadge,
  TimeAgo,
} from '../../ui/index.ts';
import { CommandBlock } from '../common/command-block.tsx';
import { CHECK_STATES } from '../common/looks.ts';
import { saveFile } from '../../ui/grid/save-file.ts';
import { useBytes, useDownload } from '../common/use-bytes.ts';
import { useParam } from '../common/use-param.ts';
import { fileSize, listed } from '../common/words.ts';
import { publicKeyPem } from './check/base64.ts';
import type { CheckedPacket } from './check/check-packet.ts';
import { checkpointOf } from './check/checkpoint.ts';
import { overallLook, useCheckedPacket } from './use-checked-packet.ts';
import { cosignCommands, filesOf, opensslCommands, stellaCommands } from './verify-commands.ts';

export function Component() {
  const packetId = useParam('packetId');
  const query = useApi(EVIDENCE_ROUTES.getPacket, { params: { packetId } });
  const packet = query.data?.body;
  const bundle = useBytes(EVIDENCE_ROUTES.getBundle, { params: { packetId } });
  const trust = useBytes(ATTESTOR_ROUTES.getTrust, {});
  const checked = useCheckedPacket(packet, bundle.data, trust.data);
  const fault = query.error ?? bundle.error ?? trust.error;
  return (
    <Page
      title={packet?.title ?? 'Evidence packet'}
      tabTitle="Evidence packet"
      above={<AppLink to="/evidence">Evidence</AppLink>}
      badge={checked === undefined ? undefined : <StateBadge {...overallLook(checked)} />}
      sentence={packet === undefined ? undefined : sentenceOf(checked)}
      actions={packet === undefined ? undefined : <Downloads packet={packet} />}
      command={`stella evidence get ${packetId}`}
      asOfMs={query.data?.asOfMs}
    >
      {fault === null ? null : (
        <ErrorState
          error={fault}
          retry={() => {
            for (const one of [query, bundle, trust]) if (one.error !== null) void one.refetch();
          }}
        />
      )}
      {packet === undefined && query.error === null ? <Skeleton lines={10} /> : null}
      {packet === undefined ? null : (
        <>
          <Columns>
            <Checks checked={checked} />
            <Section title="What it is about">
              <KeyValue
                rows={[
                  [ABOUT[packet.kind], <Subject key="s" packet={packet} />],
                  ['Sealed', <TimeAgo key="t" at={packet.sealedAt} />],
                  ['Kind of statement', <code key="p">{packet.predicateType}</code>],
                  ['Images', <Images key="i" digests={packet.imageDigests} />],
                  ['Statement', <DigestChip key="m" digest={packet.statementDigest} what="digest of the statement" />],
                  ['Bundle', <DigestChip key="b" digest={packet.bundleDigest} what="digest of the bundle" />],
                  packet.capsuleDigest === null
                    ? undefined
                    : [
                        'Capsule',
                        <span key="c" className="row">
                          <DigestChip digest={packet.capsuleDigest} what="digest of the capsule" />
                          <span className="small">{fileSize(packet.capsuleSizeBytes)}</span>
                        </span>,
                      ],
                ]}
              />
            </Section>
          </Columns>
          <VerifyYourself packet={packet} checked={checked} trustBytes={trust.data} />
          <Columns>
            <LogSection checked={checked} />
            <StatementSection checked={checked} />
          </Columns>
        </>
      )}
    </Page>
  );
}

function sentenceOf(checked: CheckedPacket | undefined): string {
  if (checked === undefined) return 'Digests, signature and log proof are being checked in this browser.';
  const failed = checked.checks.filter(({ state }) => state === 'failed').length;
  if (failed > 0) return `${failed} of ${checked.checks.length} checks do not hold: do not rely on this packet.`;
  const unknown = checked.checks.filter(({ state }) => state === 'unknown').length;
  if (unknown > 0)
    return `Nothing is wrong, but this browser cannot make ${unknown} of ${checked.checks.length} checks.`;
  return `Signed, logged and whole: all ${checked.checks.length} checks hold in this browser, with the keys of this server.`;
}

const ABOUT: Readonly<Record<EvidencePacket['kind'], string>> = {
  decision: 'Decision',
  promotion: 'Promotion',
  deployment: 'Deployment',
};

function Subject({ packet }: { readonly packet: EvidencePacket }) {
  if (packet.kind === 'decision') {
    return <DigestChip digest={packet.subjectId} href={`/decisions/${packet.subjectId}`} what="id of the decision" />;
  }
  if (packet.kind === 'deployment') {
    return <AppLink to={`/deployments/${packet.subjectId}`}>Open the deployment</AppLink>;
  }
  return <AppLink to={`/promotions/${packet.subjectId}`}>Open the promotion</AppLink>;
}

function Images({ digests }: { readonly digests: readonly string[] }) {
  return (
    <span className="row">
      {digests.map((digest) => (
        <DigestChip key={digest} digest={digest} href={`/digests/${digest}`} what="image digest" />
      ))}
    </span>
  );
}

function Downloads({ packet }: { readonly packet: EvidencePacket }) {
  const files = filesOf(packet);
  const capsule = useDownload(EVIDENCE_ROUTES.getCapsule, 'application/vnd.stella.capsule.v1.tar+zstd');
  const bundle = useDownload(EVIDENCE_ROUTES.getBundle, 'application/vnd.dev.sigstore.bundle.v0.3+json');
  const { capsuleDigest } = packet;
  const fault = capsule.error ?? bundle.error;
  return (
    <>
      {fault === null ? null : <ErrorState error={fault} />}
      {capsuleDigest === null || files.capsule === undefined ? null : (
        <Button
          icon="download"
          kind="primary"
          isPending={capsule.isPending}
          onPress={() => capsule.mutate({ input: { params: { capsuleDigest } }, name: files.capsule ?? '' })}
        >
          Download capsule
        </Button>
      )}
      <Button
        icon="download"
        kind={capsuleDigest === null ? 'primary' : 'plain'}
        isPending={bundle.isPending}
        onPress={() => bundle.mutate({ input: { params: { packetId: packet.id } }, name: files.bundle })}
      >
        Download bundle
      </Button>
    </>
  );
}

function Checks({ checked }: { readonly checked: CheckedPacket | undefined }) {
  return (
    <Section
      title="Checked in this browser"
      sentence="Against the packet itself, with the keys that this server names."
    >
      {checked === undefined ? (
        <Skeleton lines={6} label="Checking" />
      ) : (
        <ul className="packet-checks">
          {checked.checks.map((check) => (
            <li key={check.id}>
              <StateBadge {...CHECK_STATES[check.state]} />
              <span>{check.sentence}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

interface VerifyProps {
  readonly packet: EvidencePacket;
  readonly checked: CheckedPacket | undefined;
  readonly trustBytes: Uint8Array<ArrayBuffer> | undefined;
}

function VerifyYourself({ packet, checked, trustBytes }: VerifyProps) {
  const files = filesOf(packet);
  const hint = checked?.bundle?.verificationMaterial.publicKey?.hint;
  const key = checked?.trust?.keys.find((one) => one.hint === hint)?.publicKey.rawBytes;
  const root = trustBytes === undefined ? undefined : sigstoreRootOf(trustBytes);
  return (
    <Section
      title="Verify it yourself"
      sentence="Offline, with our program or with tools that nobody here wrote. Get key and root once, by a way that you trust, and keep them: who doubts this server should not take them from it."
      actions={
        <>
          <FileButton name={files.trustedRoot} content={trustBytes} />
          <FileButton name={files.publicKey} content={key === undefined ? undefined : publicKeyPem(key)} />
          <FileButton name={files.sigstoreRoot} content={root} />
        </>
      }
    >
      <div className="packet-commands">
        <CommandBlock title="With stella" text={stellaCommands(packet)}>
          {packet.capsuleDigest === null
            ? 'Checks the signature, the proof of logging, and the kind of statement.'
            : 'Verify: is every byte as it was signed, by a trusted key, and logged? Replay: does the verdict follow from the evidence, to the byte? Both work offline.'}
        </CommandBlock>
        <CommandBlock title="With cosign" text={cosignCommands(packet)}>
          Checks signature and proof of logging; needs {files.publicKey} and {files.sigstoreRoot}.
        </CommandBlock>
        <CommandBlock title="With openssl" text={opensslCommands(packet)}>
          Checks the signature alone; needs {files.publicKey}.
        </CommandBlock>
      </div>
    </Section>
  );
}

function FileButton({
  name,
  content,
}: {
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer> | string | undefined;
}) {
  if (content === undefined) return null;
  return (
    <Button icon="download" kind="quiet" onPress={() => saveFile(name, 'application/octet-stream', content)}>
      {name}
    </Button>
  );
}

/** The log alone, in the form that cosign reads. */
function sigstoreRootOf(trustBytes: Uint8Array): string | undefined {
  try {
    const { trustedRoot } = JSON.parse(new TextDecoder().decode(trustBytes)) as { readonly trustedRoot?: unknown };
    return trustedRoot === undefined ? undefined : JSON.stringify(trustedRoot);
  } catch {
    return undefined;
  }
}

function LogSection({ checked }: { readonly checked: CheckedPacket | undefined }) {
  const entry = checked?.bundle?.verificationMaterial.tlogEntries[0];
  const checkpoint = entry === undefined ? undefined : checkpointOf(entry.inclusionProof.checkpoint.envelope);
  return (
    <Section
      title="Transparency log"
      sentence="The state of the log that proves the entry. Who kept an earlier one can see that nothing was taken out."
    >
      {checked === undefined ? (
        <Skeleton lines={4} label="Checking" />
      ) : entry === undefined ? (
        <p className="quiet">The bundle names no entry.</p>
      ) : (
        <div className="stack">
          <KeyValue
            rows={[
              ['Log', checkpoint?.origin ?? 'unknown'],
              ['Entry', `${entry.logIndex} of ${entry.inclusionProof.treeSize}`],
              ['Kind', `${entry.kindVersion.kind} ${entry.kindVersion.version}`],
              ['Hashes in the proof', entry.inclusionProof.hashes.length],
            ]}
          />
          <CommandBlock title="Checkpoint" text={entry.inclusionProof.checkpoint.envelope.trimEnd()} />
        </div>
      )}
    </Section>
  );
}

function StatementSection({ checked }: { readonly checked: CheckedPacket | undefined }) {
  const statement = checked?.statement;
  return (
    <Section title="Signed statement" sentence="What the signature is over, as it stands in the bundle.">
      {checked === undefined ? (
        <Skeleton lines={4} label="Checking" />
      ) : statement === undefined ? (
        <p className="quiet">The statement cannot be read.</p>
      ) : (
        <div className="stack">
          <KeyValue
            rows={[
              ['About', listed(statement.subject.map(({ name }) => name ?? 'unnamed'))],
              ['Kind', <code key="k">{statement.predicateType}</code>],
            ]}
          />
          <pre tabIndex={0} aria-label="Predicate" className="packet-predicate">
            <code>{JSON.stringify(statement.predicate, undefined, 2)}</code>
          </pre>
        </div>
      )}
    </Section>
  );
}
