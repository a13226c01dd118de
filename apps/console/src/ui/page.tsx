import './page.css';
import { type ReactNode, useEffect, useId } from 'react';
import { CopyCommand } from './copy.tsx';
import { TimeAgo } from './time-ago.tsx';

interface PageProps {
  readonly title: string;
  /** One sentence: how things stand. */
  readonly sentence?: ReactNode;
  /** What the tab is called; default: the title. */
  readonly tabTitle?: string;
  /** Links or badges before and after the title. */
  readonly above?: ReactNode;
  readonly badge?: ReactNode;
  /** Primary action, at the right. */
  readonly actions?: ReactNode;
  /** The command that shows the same. */
  readonly command?: string | undefined;
  /** When the server said so. */
  readonly asOfMs?: number | undefined;
  readonly children: ReactNode;
}

/** Title, one sentence of state, primary action at the right, then content. */
export function Page({ title, sentence, tabTitle, above, badge, actions, command, asOfMs, children }: PageProps) {
  useEffect(() => {
    document.title = `${tabTitle ?? title} · Stella Ops`;
  }, [tabTitle, title]);
  return (
    <div className="page">
      <header className="page-head">
        <div className="page-title">
          {above === undefined ? null : <div className="page-above">{above}</div>}
          <div className="page-name">
            <h1 tabIndex={-1} id="page-title">
              {title}
            </h1>
            {badge}
          </div>
          {sentence === undefined ? null : <p className="page-sentence">{sentence}</p>}
        </div>
        {actions === undefined ? null : <div className="page-actions">{actions}</div>}
      </header>
      {command === undefined && asOfMs === undefined ? null : (
        <div className="page-facts">
          {command === undefined ? null : <CopyCommand command={command} />}
          {asOfMs === undefined ? null : (
            <span className="as-of">
              <TimeAgo at={asOfMs} prefix="as of " />
            </span>
          )}
        </div>
      )}
      {children}
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly sentence?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Without border and padding: for a table that brings its own. */
  readonly isBare?: boolean;
}

/** A titled part of a page. */
export function Section({ title, sentence, actions, children, isBare = false }: SectionProps) {
  const id = useId();
  return (
    <section className={isBare ? 'section bare' : 'section'} aria-labelledby={id}>
      <header className="section-head">
        <div>
          <h2 id={id}>{title}</h2>
          {sentence === undefined ? null : <p className="quiet">{sentence}</p>}
        </div>
        {actions === undefined ? null : <div className="section-actions">{actions}</div>}
      </header>
      <div className="section-body">{children}</div>
    </section>
  );
}

/** Facts as pairs: `rows={[['Created by', 'rosa'], …]}`; what is `undefined` is left out. */
export function KeyValue({ rows }: { readonly rows: readonly (readonly [string, ReactNode] | undefined)[] }) {
  return (
    <dl className="key-value">
      {rows.map((row) =>
        row === undefined || row[1] === undefined ? null : (
          <div key={row[0]}>
            <dt>{row[0]}</dt>
            <dd>{row[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** Sections side by side while there is room. */
export function Columns({ children }: { readonly children: ReactNode }) {
  return <div className="columns">{children}</div>;
}
