import './button.css';
import { type ReactNode, useId } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress?: AriaButtonProps['onPress'];
  readonly type?: 'button' | 'submit';
  readonly kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  readonly icon?: IconName | undefined;
  /** Why it cannot be pressed now. The sentence stands beside the button, and the button can still be reached. */
  readonly disabledReason?: string | undefined;
  /** Work is under way: pressing again does nothing. */
  readonly isPending?: boolean;
  readonly autoFocus?: boolean;
  /** It shows and hides something. */
  readonly isExpanded?: boolean;
}

/** An action with a word. Verbs say the effect: `Request promotion`, never `OK`. */
export function Button({ children, onPress, type = 'button', kind = 'plain', icon, ...rest }: ButtonProps) {
  const { disabledReason, isPending = false, autoFocus = false, isExpanded } = rest;
  const reasonId = useId();
  const button = (
    <AriaButton
      type={type}
      className={`button ${kind}`}
      isPending={isPending}
      autoFocus={autoFocus}
      {...(isExpanded === undefined ? {} : { 'aria-expanded': isExpanded })}
      {...(onPress === undefined || disabledReason !== undefined ? {} : { onPress })}
      {...(disabledReason === undefined
        ? {}
        : { 'aria-disabled': true, 'aria-describedby': reasonId, type: 'button' as const })}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
      {isPending ? <span className="button-busy">…</span> : null}
    </AriaButton>
  );
  // One tree for both: a button that gets a reason while it has the focus keeps it.
  return (
    <span className={disabledReason === undefined ? 'button-alone' : 'button-with-reason'}>
      {button}
      {disabledReason === undefined ? null : (
        <span id={reasonId} className="button-reason">
          {disabledReason}
        </span>
      )}
    </span>
  );
}

/** An action that is a picture; its label is read aloud and shown on hover. */
export function IconButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly onPress: () => void;
  readonly isExpanded?: boolean;
}) {
  return (
    <AriaButton
      className="icon-button"
      aria-label={props.label}
      onPress={props.onPress}
      {...(props.isExpanded === undefined ? {} : { 'aria-expanded': props.isExpanded })}
    >
      <Icon name={props.icon} />
    </AriaButton>
  );
}
