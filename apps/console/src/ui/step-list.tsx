import './step-list.css';
import type { ReactNode } from 'react';
import { sentenceOf } from './feedback.tsx';
import { Icon } from './icon.tsx';
import { type StateLook, TONE_ICONS } from './states.ts';
import { duration } from './time.ts';

export interface StepItem {
  readonly id: string;
  readonly title: ReactNode;
  readonly state: StateLook;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** Below the title: what is known of it. */
  readonly detail?: ReactNode;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

/** What happens one after the other, with how long each took and the fault under the step that has it. */
export function StepList({ steps, label }: { readonly steps: readonly StepItem[]; readonly label: string }) {
  return (
    <ol className="step-list" aria-label={label}>
      {steps.map((step) => (
        <li key={step.id} className={`step tone-${step.state.tone}`}>
          <span className="step-mark">
            <Icon name={step.state.icon ?? TONE_ICONS[step.state.tone]} size={14} />
          </span>
          <div className="step-body">
            <div className="step-head">
              <span className="step-title">{step.title}</span>
              <span className="step-state">{step.state.word}</span>
              <span className="step-time">{took(step)}</span>
            </div>
            {step.detail === undefined ? null : <div className="quiet">{step.detail}</div>}
            {step.error === undefined || step.error === null ? null : (
              <div className="step-error">
                <p>{sentenceOf(step.error.message)}</p>
                <p>{step.error.hint}</p>
                <code>{step.error.code}</code>
              </div>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}

function took({ startedAt, finishedAt }: StepItem): string {
  if (startedAt === null || finishedAt === null) return '';
  return duration(Date.parse(finishedAt) - Date.parse(startedAt));
}
