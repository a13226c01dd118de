import '../../common/layout.css';
import './records.css';
import { sentenceOf } from '../../../ui/index.ts';
import { counted } from '../../common/words.ts';

interface BrokenRecordsProps {
  readonly broken: readonly { readonly place: string; readonly code: string; readonly message: string }[];
  readonly count: number;
}

/** What of a file could not be read, and where it stands there. */
export function BrokenRecords({ broken, count }: BrokenRecordsProps) {
  if (count === 0) return null;
  return (
    <div className="told-faults" role="region" aria-label="Left out" tabIndex={0}>
      <ul className="facts-list">
        {broken.map(({ place, code, message }, at) => (
          <li key={at}>
            <span>{sentenceOf(message)}</span>
            <span className="small row">
              {place === '' ? null : <code>{place}</code>}
              <code>{code}</code>
            </span>
          </li>
        ))}
      </ul>
      {count > broken.length ? (
        <p className="small">{counted(count - broken.length, 'more is', 'more are')} not listed.</p>
      ) : null}
    </div>
  );
}
