import '../../common/layout.css';
import { type Decision, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { useApi } from '../../../api/index.ts';
import { CopyCommand, DigestChip, KeyValue, Loaded, Section } from '../../../ui/index.ts';
import { decisionInputOf } from '../verdict.ts';

/** Everything a decision was made from and what it gave, by digest. */
export function DecisionDocuments({ decision }: { readonly decision: Decision }) {
  const query = useApi(POLICY_ROUTES.getInput, { params: { decisionId: decision.id } });
  const chip = (digest: string, what: string) => <DigestChip digest={digest} what={`digest of the ${what}`} />;
  const maybe = (digest: string | null, what: string) => (digest === null ? 'None' : chip(digest, what));
  return (
    <Section title="Made from" sentence="Whoever has these documents gets the same verdict, to the byte.">
      <div className="stack">
        <KeyValue
          rows={[
            ['Decision input', <DigestChip key="d" digest={decision.id} what="id of the decision" />],
            ['Verdict', chip(decision.verdictDigest, 'verdict')],
            ['Findings', chip(decision.findingsDigest, 'findings')],
            ['Advisories', chip(decision.advisorySnapshot, 'advisory snapshot')],
            ['VEX', maybe(decision.vexSnapshot, 'VEX snapshot')],
            ['Policy', chip(decision.policy.digest, 'policy')],
          ]}
        />
        <Loaded query={query} lines={3}>
          {({ body }) => {
            const input = decisionInputOf(body);
            if (input === undefined) {
              return <p className="quiet">The input is of a form that this console does not read.</p>;
            }
            return (
              <KeyValue
                rows={[
                  ['Inventory', chip(input.inventory, 'inventory')],
                  ['Advisory records', chip(input.slice, 'advisory slice')],
                  ['VEX statements', chip(input.vex, 'VEX set')],
                  ['Exceptions', chip(input.exceptions, 'exceptions')],
                  ['Reachability', maybe(input.reachability, 'reachability')],
                  ['Approvals', maybe(input.approvals, 'approvals')],
                  ['Verdict before', maybe(input.previousVerdict, 'verdict before')],
                  [
                    'Rules of the engine',
                    Object.entries(input.semantics)
                      .map(([name, version]) => `${name} ${version}`)
                      .join(', '),
                  ],
                ]}
              />
            );
          }}
        </Loaded>
        <CopyCommand command={`stella decision input ${decision.id}`} />
      </div>
    </Section>
  );
}
