import './form.css';
import type { AppError } from '@stella-ops/engine-kernel/errors';
import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Checkbox as AriaCheckbox } from 'react-aria-components/Checkbox';
import { FieldError } from 'react-aria-components/FieldError';
import { Form as AriaForm } from 'react-aria-components/Form';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select as AriaSelect, SelectValue } from 'react-aria-components/Select';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField as AriaTextField } from 'react-aria-components/TextField';
import { Button } from './button.tsx';
import { ErrorState } from './feedback.tsx';
import { Icon } from './icon.tsx';

interface FieldProps {
  readonly label: string;
  readonly help?: ReactNode;
  /** Sentence that stands at the field. */
  readonly error?: string | undefined;
  readonly isRequired?: boolean;
}

interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'text' | 'password' | 'email' | 'search' | 'number' | 'datetime-local';
  readonly isMultiline?: boolean;
  readonly rows?: number;
  readonly autoComplete?: string;
  readonly autoFocus?: boolean;
  readonly isMono?: boolean;
  readonly maxLength?: number;
  readonly placeholder?: string;
}

/** A text with its label above and help below. */
export function TextField(props: TextFieldProps) {
  const { label, help, error, isRequired = false, isMultiline = false, isMono = false, rows = 3 } = props;
  const className = isMono ? 'input mono' : 'input';
  const { placeholder } = props;
  const shown = placeholder === undefined ? {} : { placeholder };
  return (
    <AriaTextField
      className="field"
      value={props.value}
      onChange={props.onChange}
      type={props.type === 'datetime-local' ? 'text' : (props.type ?? 'text')}
      isRequired={isRequired}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      autoComplete={props.autoComplete ?? 'off'}
      autoFocus={props.autoFocus ?? false}
      spellCheck="false"
      {...(props.maxLength === undefined ? {} : { maxLength: props.maxLength })}
    >
      <Label className="field-label">
        {label}
        {isRequired ? null : <span className="field-optional"> optional</span>}
      </Label>
      {isMultiline ? (
        <TextArea className={className} rows={rows} {...shown} />
      ) : (
        <Input className={className} {...shown} {...(props.type === undefined ? {} : { type: props.type })} />
      )}
      {help === undefined ? null : (
        <Text slot="description" className="field-help">
          {help}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </AriaTextField>
  );
}

export interface Option {
  readonly id: string;
  readonly label: string;
}

interface SelectProps extends FieldProps {
  readonly options: readonly Option[];
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  /** In a bar: the label stands before it. */
  readonly isInline?: boolean;
}

/** One of a few. */
export function Select(props: SelectProps) {
  const { label, help, error, options, value, onChange, isInline = false } = props;
  return (
    <AriaSelect
      className={isInline ? 'field inline' : 'field'}
      value={value ?? null}
      onChange={(key) => key !== null && onChange(String(key))}
      isRequired={props.isRequired ?? false}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      placeholder={props.placeholder ?? 'Choose'}
    >
      <Label className="field-label">{label}</Label>
      <AriaButton className="input select-button">
        <SelectValue />
        <Icon name="down" size={14} />
      </AriaButton>
      {help === undefined ? null : (
        <Text slot="description" className="field-help">
          {help}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
      <Popover className="popover">
        <ListBox className="list-box" items={options}>
          {(option) => (
            <ListBoxItem className="list-box-item" id={option.id} textValue={option.label}>
              {option.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

export function Checkbox(props: {
  readonly label: ReactNode;
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
}) {
  return (
    <AriaCheckbox className="checkbox" isSelected={props.isSelected} onChange={props.onChange}>
      <span className="checkbox-box" aria-hidden="true">
        <Icon name="check" size={12} />
      </span>
      {props.label}
    </AriaCheckbox>
  );
}

interface FormProps {
  readonly onSubmit: () => void;
  readonly children: ReactNode;
  /** What the server said: shown above the fields. */
  readonly error?: AppError | null;
  /** On the button that sends it: the effect, `Create user`. */
  readonly verb: string;
  readonly isPending: boolean;
  /** What it does ends or undoes something. */
  readonly isDanger?: boolean;
  readonly onCancel?: () => void;
  /** On the button that leaves everything as it is. */
  readonly cancel?: string;
}

/** Fields, a summary of what is wrong, and buttons. Enter in a field sends it. */
export function Form({ onSubmit, children, error, cancel = 'Cancel', ...rest }: FormProps) {
  return (
    <AriaForm
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        // A busy button sends nothing, but Enter in the only field of a form does.
        if (!rest.isPending) onSubmit();
      }}
    >
      {error === undefined || error === null ? null : <ErrorState error={error} />}
      {children}
      <div className="form-actions">
        {rest.onCancel === undefined ? null : <Button onPress={rest.onCancel}>{cancel}</Button>}
        <Button type="submit" kind={rest.isDanger === true ? 'danger' : 'primary'} isPending={rest.isPending}>
          {rest.verb}
        </Button>
      </div>
    </AriaForm>
  );
}
