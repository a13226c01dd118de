import { TextField } from '../../ui/index.ts';
import { isSlug, SLUG_FAULT } from './slug.ts';

interface SlugFieldProps {
  readonly label?: string;
  readonly help?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Whether the form was sent once: before that nothing is called wrong. */
  readonly isTried: boolean;
}

/** The name of something that is made, first in its form. Whoever sends it asks `isSlug(value.trim())`. */
export function SlugField({ label = 'Name', help, value, onChange, isTried }: SlugFieldProps) {
  return (
    <TextField
      label={label}
      help={help}
      value={value}
      onChange={onChange}
      isRequired
      isMono
      autoFocus
      maxLength={63}
      error={isTried && !isSlug(value.trim()) ? SLUG_FAULT : undefined}
    />
  );
}
