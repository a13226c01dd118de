import './digest-chip.css';
import type { CSSProperties } from 'react';
import { CopyButton } from './copy.tsx';
import { digestHue, shortDigest } from './digest.ts';
import { AppLink } from './link.tsx';

interface DigestChipProps {
  readonly digest: string;
  /** Where the digest leads: `/digests/sha256:…`. */
  readonly href?: string;
  /** Within a link or a table that has no room; the whole digest is then in the title. */
  readonly isPlain?: boolean;
  /** What it is the digest of, for the copy button's label. */
  readonly what?: string;
}

/** A digest: 12 characters, a colour that is the same for the same digest everywhere, the whole one on copy. */
export function DigestChip({ digest, href, isPlain = false, what = 'digest' }: DigestChipProps) {
  const style = { '--hue': digestHue(digest) } as CSSProperties;
  const text = <code title={digest}>{shortDigest(digest)}</code>;
  return (
    <span className="digest-chip" style={style}>
      <span className="digest-dot" aria-hidden="true" />
      {href === undefined ? text : <AppLink to={href}>{text}</AppLink>}
      {isPlain ? null : <CopyButton text={digest} what={what} />}
    </span>
  );
}
