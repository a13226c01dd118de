import './layout.css';
import './timeline.css';
import type { ReactNode } from 'react';
import { TimeAgo } from '../../ui/index.ts';

export interface Moment {
  readonly id: string;
  readonly at: string;
  readonly title: ReactNode;
  readonly detail?: ReactNode;
}

/** What happened to one thing, in order. */
export function Timeline({ label, moments }: { readonly label: string; readonly moments: readonly Moment[] }) {
  return (
    <ol className="timeline" aria-label={label}>
      {moments.map((moment) => (
        <li key={moment.id}>
          <div className="timeline-head">
            <strong>{moment.title}</strong>
            <span className="small">
              <TimeAgo at={moment.at} />
            </span>
          </div>
          {moment.detail === undefined ? null : <div className="quiet">{moment.detail}</div>}
        </li>
      ))}
    </ol>
  );
}
