import './host-steps.css';
import type { DeploymentTask } from '@stella-ops/contracts/deployments';
import { Columns, DigestChip, Section, STEP_STATES, StepList } from '../../../ui/index.ts';
import { OutputLog } from './output-log.tsx';

/** The plan of one host step by step, and what its agent printed. */
export function HostSteps({ task }: { readonly task: DeploymentTask }) {
  const steps = task.steps.map((step) => ({
    id: step.id,
    title: step.sentence,
    state: STEP_STATES[step.state],
    startedAt: step.startedAt,
    finishedAt: step.finishedAt,
    error: step.error,
  }));
  return (
    <Columns>
      <Section
        title={`Steps on ${task.target}`}
        sentence={
          task.receiptDigest === null ? undefined : (
            <>
              Receipt <DigestChip digest={task.receiptDigest} what="digest of the receipt" />
            </>
          )
        }
      >
        {steps.length === 0 ? (
          <p className="quiet">The agent has not told its steps yet.</p>
        ) : (
          <StepList label={`Steps on ${task.target}`} steps={steps} />
        )}
      </Section>
      <Section title={`Output of ${task.target}`}>
        <OutputLog text={task.output} label={`Output of ${task.target}`} />
      </Section>
    </Columns>
  );
}
