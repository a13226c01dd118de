import './severity.css';
import type { Finding } from '@stella-ops/contracts/findings';

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'none', 'unknown'] as const;
type Level = Finding['severity'];

const WORDS: Readonly<Record<Level, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  none: 'None',
  unknown: 'Unknown',
};
/** Bars that are filled: severity is told by height and word, the colour only repeats it. */
const BARS: Readonly<Record<Level, number>> = { critical: 4, high: 3, medium: 2, low: 1, none: 0, unknown: 0 };

export const SEVERITY_CHOICES = SEVERITIES.map((id) => ({ id, label: WORDS[id] }));

/** How bad a vulnerability is: bars, word, score. */
export function Severity({ level, score }: { readonly level: Level; readonly score?: number | null }) {
  return (
    <span className={`severity severity-${level}`}>
      <svg width="15" height="12" viewBox="0 0 15 12" aria-hidden="true">
        {[0, 1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={bar * 4}
            y={9 - bar * 3}
            width="3"
            height={3 + bar * 3}
            className={bar < BARS[level] ? 'on' : 'off'}
          />
        ))}
      </svg>
      <span className="severity-word">{WORDS[level]}</span>
      {score === undefined || score === null ? null : <span className="score">{score.toFixed(1)}</span>}
    </span>
  );
}
