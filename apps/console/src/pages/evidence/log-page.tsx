import '../common/layout.css';
import './packet.css';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import type { AppError } from '@stella-ops/engine-kernel/errors';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { callApi, nowMs } from '../../api/index.ts';
import {
  Button,
  Columns,
  CopyButton,
  DigestChip,
  ErrorState,
  Form,
  KeyValue,
  Loaded,
  Notice,
  Page,
  Section,
  StateBadge,
  TextField,
  TimeAgo,
} from '../../ui/index.ts';
import { saveFile } from '../../ui/grid/save-file.ts';
import { CommandBlock } from '../common/command-block.tsx';
import { CHECK_STATES } from '../common/looks.ts';
import { readBytes, useBytes } from '../common/use-bytes.ts';
import { counted } from '../common/words.ts';
import { base64Of, hexOf } from './check/base64.ts';
import { parseTrustedRoot, type TrustedRoot } from './check/bundle.ts';
import { checkpointOf, isCheckpointSigned } from './check/checkpoint.ts';
import { compareCheckpoints, type Comparison } from './check/compare-checkpoints.ts';

const TRUST_FILE = 'stella.trusted-root.json';

interface Present {
  readonly note: string;
  /** Whether a log that the server knows signed it; undefined: this browser cannot tell. */
  readonly isSigned: boolean | undefined;
  readonly asOfMs: number;
}

/** The transparency log: its state now, and whether it still holds what it held when somebody last looked. */
export function Component() {
  const trustBytes = useBytes(ATTESTOR_ROUTES.getTrust, {});
  const trust = trustBytes.data === undefined ? undefined : parseTrustedRoot(trustBytes.data);
  const present = useQuery<Present, AppError>({
    queryKey: [ATTESTOR_ROUTES.getCheckpoint.id, {}],
    queryFn: ({ signal }) => readCheckpoint(trust, signal),
    enabled: trustBytes.data !== undefined,
    staleTime: 0,
  });
  const fault = trustBytes.error;
  const note = present.data?.note;
  return (
    <Page
      title="Transparency log"
      sentence={present.data === undefined ? ' ' : sentenceOf(present.data)}
      actions={
        <Button
          icon="retry"
          isPending={present.isFetching}
          onPress={() => {
            if (trustBytes.error !== null) void trustBytes.refetch();
            else void present.refetch();
          }}
        >
          Read it again
        </Button>
      }
      command="stella log checkpoint"
      asOfMs={present.data?.asOfMs}
    >
      {fault === null ? null : <ErrorState error={fault} retry={() => void trustBytes.refetch()} />}
      {fault === null ? (
        <Loaded query={present} lines={8}>
          {(data) => <State present={data} />}
        </Loaded>
      ) : null}
      {note === undefined ? null : (
        <Columns>
          <Earlier present={note} trust={trust} />
          <Commands note={note} origin={trust} />
        </Columns>
      )}
    </Page>
  );
}

async function readCheckpoint(trust: TrustedRoot | undefined, signal: AbortSignal): Promise<Present> {
  const asOfMs = nowMs();
  const note = new TextDecoder().decode(await readBytes(ATTESTOR_ROUTES.getCheckpoint, {}, signal));
  const checkpoint = checkpointOf(note);
  const isSigned = checkpoint === undefined ? false : await isCheckpointSigned(checkpoint, logKeys(trust));
  return { note, isSigned, asOfMs };
}

const logKeys = (trust: TrustedRoot | undefined) => trust?.trustedRoot.tlogs.map((log) => log.publicKey) ?? [];

function sentenceOf({ note }: Present): string {
  const checkpoint = checkpointOf(note);
  if (checkpoint === undefined) return 'The server shows no checkpoint that can be read.';
  const entries = counted(Number(checkpoint.size), 'signature is', 'signatures are');
  return `${entries} logged; who keeps a checkpoint can prove later that none was taken out.`;
}

function State({ present }: { readonly present: Present }) {
  const checkpoint = checkpointOf(present.note);
  const state = present.isSigned === undefined ? 'unknown' : present.isSigned ? 'passed' : 'failed';
  const words = {
    passed: 'The log’s own key signed it; checked in this browser.',
    failed: 'No log that this server knows signed it.',
    unknown: 'This browser cannot check Ed25519 signatures.',
  } as const;
  return (
    <Section
      title="Checkpoint"
      sentence="What the log signs of itself: its name, how many entries it holds, and the root over all of them."
      actions={
        <Button icon="download" onPress={() => saveFile(fileName(checkpoint?.size), 'text/plain', present.note)}>
          Download checkpoint
        </Button>
      }
    >
      <div className="stack">
        <span className="told">
          <StateBadge {...CHECK_STATES[state]} />
          <span>{words[state]}</span>
        </span>
        {checkpoint === undefined ? null : (
          <KeyValue
            rows={[
              [
                'Origin',
                <span key="o" className="row">
                  <code>{checkpoint.origin}</code>
                  <CopyButton text={checkpoint.origin} what="origin" />
                </span>,
              ],
              ['Size', counted(Number(checkpoint.size), 'entry', 'entries')],
              ['Root', <DigestChip key="r" digest={`sha256:${hexOf(checkpoint.root)}`} what="root of the log" />],
              [
                'Root as the note has it',
                <span key="b" className="row">
                  <code>{base64Of(checkpoint.root)}</code>
                  <CopyButton text={base64Of(checkpoint.root)} what="root in base64" />
                </span>,
              ],
              ['Read', <TimeAgo key="t" at={present.asOfMs} />],
            ]}
          />
        )}
        <CommandBlock title="Signed note" text={present.note.trimEnd()}>
          C2SP tlog-checkpoint: it names no time; note down when you read it.
        </CommandBlock>
      </div>
    </Section>
  );
}

/** Compares a checkpoint that somebody kept with the one of now. The proof is checked here, not believed. */
function Earlier({ present, trust }: { readonly present: string; readonly trust: TrustedRoot | undefined }) {
  const [kept, setKept] = useState('');
  const [isTried, setTried] = useState(false);
  const compare = useMutation<Comparison, AppError, string>({
    mutationFn: (text) =>
      compareCheckpoints(text, present, logKeys(trust), async (from, to) => {
        const { body } = await callApi(ATTESTOR_ROUTES.getConsistency, { query: { from, to } });
        return body.hashes;
      }),
  });
  const result = compare.data;
  return (
    <Section
      title="Against an earlier checkpoint"
      sentence="Paste one that you kept: this browser asks for the proof and checks it."
    >
      <div className="stack">
        <Form
          error={compare.error}
          onSubmit={() => {
            setTried(true);
            if (kept.trim() !== '') compare.mutate(kept);
          }}
          verb="Prove that nothing was taken out"
          isPending={compare.isPending}
        >
          <TextField
            label="Earlier checkpoint"
            value={kept}
            onChange={(text) => {
              setKept(text);
              compare.reset();
            }}
            isMultiline
            rows={6}
            isMono
            isRequired
            maxLength={10_000}
            error={isTried && kept.trim() === '' ? 'Paste a checkpoint that you kept.' : undefined}
          />
        </Form>
        {result === undefined ? null : (
          <Notice tone={NOTICES[result.state]} icon={result.state === 'passed' ? 'sign' : 'alert'}>
            <span role="status">{result.sentence}</span>
          </Notice>
        )}
      </div>
    </Section>
  );
}

const NOTICES = { passed: 'good', failed: 'failed', unknown: 'gate' } as const;

function Commands({ note, origin }: { readonly note: string; readonly origin: TrustedRoot | undefined }) {
  const file = fileName(checkpointOf(note)?.size);
  return (
    <Section title="Verify it yourself" sentence="Keep checkpoint and trusted root where this server cannot write.">
      <div className="packet-commands">
        <CommandBlock
          title="Keep"
          text={`stella trust get --output ${TRUST_FILE}\nstella log checkpoint --output ${file}`}
        >
          {origin === undefined
            ? 'Once, by a way that you trust.'
            : `The trusted root holds ${counted(origin.trustedRoot.tlogs.length, 'log key')} and ${counted(origin.keys.length, 'key')} of this tenant.`}
        </CommandBlock>
        <CommandBlock title="Compare later" text={`stella log consistency ${file} --trusted-root ${TRUST_FILE}`}>
          Checks both signatures and the proof; ends with 3 when anything was taken out or changed.
        </CommandBlock>
      </div>
    </Section>
  );
}

const fileName = (size: string | undefined): string => `log-${size ?? 'unknown'}.checkpoint`;
