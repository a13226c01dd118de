import { UserName } from '@stella-ops/contracts/authority';
import { TextField } from '../../../ui/index.ts';

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** What people read; the name itself where it is left empty. */
export function DisplayNameField({ label, ...rest }: FieldProps & { readonly label: string }) {
  return <TextField label={label} help="As people write it." {...rest} maxLength={200} />;
}

/** A password that is given to somebody. */
export function NewPasswordField({
  label = 'New password',
  hasToBeTold = false,
  isTried,
  ...rest
}: FieldProps & {
  readonly label?: string;
  /** Another person will use it. */
  readonly hasToBeTold?: boolean;
  /** The form was sent once: faults are shown. */
  readonly isTried: boolean;
  readonly autoFocus?: boolean;
}) {
  const fault = passwordFault(rest.value);
  return (
    <TextField
      label={label}
      help={`At least 12 characters that are no common password.${hasToBeTold ? ' Tell it to them by a way that you trust.' : ''}`}
      type="password"
      autoComplete="new-password"
      isRequired
      maxLength={200}
      error={isTried ? fault : undefined}
      {...rest}
    />
  );
}

/** What can be said of a new password before the server looks at it. */
export function passwordFault(password: string): string | undefined {
  return Array.from(password).length < 12 ? 'Use at least 12 characters.' : undefined;
}

export function userNameFault(name: string): string | undefined {
  return UserName.safeParse(name.trim()).success
    ? undefined
    : 'Use 1 to 64 lower-case letters, digits, and inner dots, hyphens and underscores.';
}
