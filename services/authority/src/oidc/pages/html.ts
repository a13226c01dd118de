import { createHash } from 'node:crypto';

/** Text that is markup already. Everything else that goes into a page is escaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | readonly Markup[] | undefined;

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((text, at) => text + (at < parts.length ? textOf(parts[at]) : '')).join(''));
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part !== 'string') return part.map(({ text }) => text).join('');
  return part.replace(/[&<>"']/g, (character) => ESCAPES.get(character) ?? '');
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

const STYLE = `
:root { color-scheme: light dark; --ink: #16202c; --soft: #55606e; --line: #c3cbd5; --page: #eef1f5; --card: #fff;
  --accent: #1f5fbf; --bad: #a51d2d; --bad-page: #fdeeee; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --soft: #a3afbd; --line: #3b4756; --page: #10161d;
  --card: #1a222c; --accent: #6ea8ff; --bad: #ff9aa2; --bad-page: #3a1d21; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--page);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 24rem; padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .75rem; }
.mark { margin: 0 0 1.5rem; font-weight: 650; letter-spacing: .02em; }
h1 { margin: 0 0 .5rem; font-size: 1.375rem; line-height: 1.25; }
p { margin: 0 0 1rem; color: var(--soft); }
label { display: block; margin: 1rem 0 .25rem; font-weight: 550; }
input[type=text], input[type=password] { width: 100%; padding: .625rem .75rem; font: inherit; color: inherit;
  background: var(--card); border: 1px solid var(--line); border-radius: .375rem; }
input.code { font: 1.375rem/1.4 ui-monospace, monospace; letter-spacing: .12em; text-transform: uppercase; }
button { width: 100%; margin-top: 1.5rem; padding: .6875rem 1rem; font: inherit; font-weight: 600; color: #fff;
  background: #1f5fbf; border: 1px solid transparent; border-radius: .375rem; cursor: pointer; }
button.plain { margin-top: .625rem; color: inherit; background: transparent; border-color: var(--line); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.fault { margin: 0 0 1rem; padding: .75rem 1rem; color: var(--bad); background: var(--bad-page);
  border-left: 4px solid var(--bad); border-radius: .25rem; }
strong, code { color: var(--ink); }
`;

/** Hash of the one style sheet, for the content security policy. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** A whole page: no scripts, nothing from elsewhere. */
export function pageOf(title: string, content: Markup): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html`${title}`.text} · Stella Ops</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="mark">Stella Ops</p>
${content.text}
</main>
</body>
</html>
`;
}

export function faultBox(sentence: string | undefined): Markup | undefined {
  return sentence === undefined ? undefined : html`<p class="fault" role="alert" id="fault">${sentence}</p>`;
}
