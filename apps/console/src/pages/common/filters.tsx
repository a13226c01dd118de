import './filters.css';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { IconButton, type Option, Select, TextField, useUrlText } from '../../ui/index.ts';

const TYPING_MS = 300;
/** Written into the address where a filter is on unless somebody says otherwise. */
const ALL = 'all';

/** One of a few, or all. `fallback` counts while the address says nothing; choosing all then has to be written down. */
export function ChoiceFilter(props: {
  readonly name: string;
  readonly label: string;
  readonly options: readonly Option[];
  readonly fallback?: string;
}) {
  const { name, label, options, fallback = ALL } = props;
  const [value = fallback, set] = useUrlText(name);
  return (
    <Select
      label={label}
      isInline
      options={[{ id: ALL, label: 'Any' }, ...options]}
      value={value}
      onChange={(next) => set(next === fallback ? undefined : next)}
    />
  );
}

/** What a `ChoiceFilter` chose among what the server knows; an address can hold anything. */
export function useChoice<const T extends string>(name: string, known: readonly T[], fallback?: T): T | undefined {
  const [value = fallback] = useUrlText(name);
  return known.find((one) => one === value);
}

/** A text that is looked for, once typing has paused. */
export function TextFilter(props: {
  readonly name: string;
  readonly label: string;
  readonly placeholder?: string;
  readonly isMono?: boolean;
}) {
  const [value = '', set] = useUrlText(props.name);
  const [typed, setTyped] = useState(value);
  const written = useRef(value);
  // Back, or a link, changed the address: the field follows. What it wrote there itself comes back a moment later, when
  // more may have been typed.
  useEffect(() => {
    if (value !== written.current) setTyped(value);
    written.current = value;
  }, [value]);
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = setTimeout(() => {
      written.current = typed.trim();
      set(written.current);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, set]);
  return (
    <div className="filter-text">
      <TextField
        label={props.label}
        type="search"
        value={typed}
        onChange={setTyped}
        maxLength={300}
        isMono={props.isMono ?? false}
        {...(props.placeholder === undefined ? {} : { placeholder: props.placeholder })}
      />
    </div>
  );
}

/** A filter that came with a link, such as one image: shown, and taken away by its button. */
export function FixedFilter({
  name,
  label,
  children,
}: {
  readonly name: string;
  readonly label: string;
  readonly children: ReactNode;
}) {
  const [value, set] = useUrlText(name);
  if (value === undefined) return null;
  return (
    <span className="filters-chip">
      <span className="quiet">{label}</span>
      {children}
      <IconButton icon="close" label={`Remove the filter ${label}`} onPress={() => set(undefined)} />
    </span>
  );
}
