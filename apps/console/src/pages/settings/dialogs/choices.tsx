import '../../common/layout.css';
import '../settings.css';
import type { ReactNode } from 'react';
import { Checkbox } from '../../../ui/index.ts';

interface Choice {
  readonly id: string;
  readonly summary: string;
}

/** Several of many, each with what it means. */
export function Choices(props: {
  readonly label: string;
  readonly help?: ReactNode;
  readonly error?: string | undefined;
  readonly choices: readonly Choice[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  const { choices, chosen, onChange } = props;
  return (
    <fieldset className="fieldset">
      <legend>{props.label}</legend>
      {props.help === undefined ? null : <p className="field-help">{props.help}</p>}
      <div className="scope-choices">
        {choices.map(({ id, summary }) => (
          <Checkbox
            key={id}
            isSelected={chosen.includes(id)}
            onChange={(isSelected) => onChange(isSelected ? [...chosen, id] : chosen.filter((one) => one !== id))}
            label={
              <span className="scope-choice">
                <code>{id}</code>
                <span className="small">{summary}</span>
              </span>
            }
          />
        ))}
      </div>
      {props.error === undefined ? null : <p className="field-error">{props.error}</p>}
    </fieldset>
  );
}
