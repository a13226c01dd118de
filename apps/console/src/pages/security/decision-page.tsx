import '../common/layout.css';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { type Decision, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { useCan, useApi, useCommand, useWhyNot } from '../../api/index.ts';
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
import { ACTIONS, OUTCOMES, PURPOSES } from '../common/looks.ts';
import { counted } from '../common/words.ts';
import { useParam } from '../common/use-param.ts';
import { COUNTS, countOf } from './decision-diff.ts';
import { DecisionDocuments } from './parts/decision-documents.tsx';
import { shortName } from './parts/finding-columns.tsx';
import { VerdictSection } from './parts/verdict-section.tsx';

const MOST_REASONS = 50;

export function Component() {
  const decisionId = useParam('decisionId');
  const query = useApi(POLICY_ROUTES.getDecision, { params: { decisionId } });
  const decision = query.data?.body;
  const image = useApi(
    SCANNER_ROUTES.getImage,
    { params: { imageDigest: decision?.imageDigest ?? decisionId } },
    { isEnabled: decision !== undefined },
  ).data?.body;
  const imageName = image === undefined ? 'an image' : shortName(image.name);
  return (
    <Page
      title={decision === undefined ? 'Decision' : `Decision on ${imageName}`}
      above={<AppLink to="/decisions">Decisions</AppLink>}
      badge={decision === undefined ? undefined : <StateBadge {...OUTCOMES[decision.outcome]} />}
      sentence={decision === undefined ? undefined : sentenceOf(decision)}
      actions={decision === undefined ? undefined : <Evidence decision={decision} />}
      command={`stella decision show ${decisionId}`}
      asOfMs={query.data?.asOfMs}
    >
      {query.error === null ? null : <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {decision === undefined && query.error === null ? <Skeleton lines={8} /> : null}
      {decision === undefined ? null : (
        <>
          <Section title="Reasons" sentence="What decided, most important first.">
            <Reasons decision={decision} />
          </Section>
          <Columns>
            <Section title="What was looked at">
              <KeyValue
                rows={[
                  [
                    'Image',
                    image === undefined ? undefined : (
                      <AppLink key="n" to={`/images/${decision.imageDigest}`}>
                        {image.name}
                      </AppLink>
                    ),
                  ],
                  [
                    'Image digest',
                    <DigestChip key="i" digest={decision.imageDigest} href={`/digests/${decision.imageDigest}`} />,
                  ],
                  ['Environment', decision.environment ?? 'None'],
                  [
                    'Policy',
                    <AppLink
                      key="p"
                      to={`/policies/${decision.policy.digest}`}
                    >{`${decision.policy.name} ${decision.policy.version}`}</AppLink>,
                  ],
                  ['Why it was made', PURPOSES[decision.purpose]],
                  ['Decided', <TimeAgo key="t" at={decision.evaluatedAt} />],
                ]}
              />
            </Section>
            <DecisionDocuments decision={decision} />
          </Columns>
          <Section
            title="Counted"
            sentence="Findings that the policy looked at, and what the inventory could not tell."
          >
            <Counts counts={decision.counts} />
          </Section>
          <VerdictSection decisionId={decision.id} imageDigest={decision.imageDigest} />
        </>
      )}
    </Page>
  );
}

function Reasons({ decision }: { readonly decision: Decision }) {
  if (decision.reasons.length === 0) return <p>No rule has anything to say against this image.</p>;
  return (
    <>
      <ul className="facts-list">
        {decision.reasons.map((reason) => (
          <li key={`${reason.rule} ${reason.sentence}`}>
            <span className="told">
              <StateBadge {...ACTIONS[reason.action]} />
              <span>{reason.sentence}.</span>
            </span>
            {reason.fix === null ? null : <strong>To do: {reason.fix}.</strong>}
            <span className="small row">
              <span>
                Rule <code>{reason.rule}</code>
              </span>
              <code>{reason.code}</code>
              {reason.vulnerability === null ? null : (
                <AppLink
                  to={`/findings?status=all&imageDigest=${decision.imageDigest}&vulnerability=${encodeURIComponent(reason.vulnerability)}`}
                >
                  Open the finding
                </AppLink>
              )}
            </span>
          </li>
        ))}
      </ul>
      {decision.reasons.length < MOST_REASONS ? null : (
        <p className="small">Only the first {MOST_REASONS} are shown; the whole verdict below has all of them.</p>
      )}
    </>
  );
}

function Counts({ counts }: { readonly counts: Decision['counts'] }) {
  return (
    <KeyValue rows={COUNTS.map(([name, word]) => [word, countOf(counts, name).toLocaleString('en-US')] as const)} />
  );
}

/** The packet of a decision, or the way to make it. */
function Evidence({ decision }: { readonly decision: Decision }) {
  const can = useCan();
  const whyNot = useWhyNot();
  const packets = useApi(
    EVIDENCE_ROUTES.listPackets,
    { query: { subjectId: decision.id, kind: 'decision' } },
    { isEnabled: can('evidence.read') },
  );
  const seal = useCommand(EVIDENCE_ROUTES.sealDecision);
  const packet = packets.data?.body.items[0];
  if (packet !== undefined) {
    return (
      <AppLink to={`/evidence/${packet.id}`} className="button primary">
        Open the evidence
      </AppLink>
    );
  }
  if (packets.isPending && can('evidence.read')) return null;
  return (
    <>
      {seal.error === null ? null : <ErrorState error={seal.error} />}
      <Button
        kind="primary"
        icon="sign"
        isPending={seal.isPending}
        onPress={() => seal.mutate({ body: { decisionId: decision.id } })}
        disabledReason={whyNot('evidence.write')}
      >
        Seal into evidence
      </Button>
    </>
  );
}

function sentenceOf(decision: Decision): string {
  const where = decision.environment === null ? '' : ` for ${decision.environment}`;
  const policy = `${decision.policy.name} ${decision.policy.version}`;
  const because = decision.reasons.filter(({ action }) => action === 'deny' || action === 'pending').length;
  switch (decision.outcome) {
    case 'allow':
      return `Policy ${policy} lets the image pass${where}.`;
    case 'deny':
      return `Policy ${policy} refuses the image${where} for ${counted(because, 'reason')}.`;
    case 'pending':
      return `Policy ${policy} wants a person to look at the image${where}: ${counted(because, 'reason')}.`;
  }
}
