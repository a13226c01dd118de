import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { page } from './page.ts';

const root = join(import.meta.dirname, '..', '..');

/** docs/reference/state-machines.md: the diagram of every table of states, from the table that the service runs on. */
export async function stateReference(): Promise<string> {
  const sections = (await diagrams()).map(({ thing, service, text }) => {
    return `## ${thing}\n\nService \`${service}\`.\n\n\`\`\`mermaid\n${text.trimEnd()}\n\`\`\``;
  });
  return page('State machines', 'the tables of states in the services', ...sections);
}

interface Diagram {
  /** What has the states: `promotion`. */
  readonly thing: string;
  readonly service: string;
  readonly text: string;
}

/** By `promotionDiagram()` where a service draws its own table, else from the table in `promotion-states.ts`. */
async function diagrams(): Promise<readonly Diagram[]> {
  const found = new Map<string, Diagram>();
  for (const file of globSync('services/*/src/domain/*-{states,diagram}.ts', { cwd: root }).sort()) {
    const thing = basename(file).replace(/-(?:states|diagram)\.ts$/, '');
    const service = file.split('/')[1] ?? '';
    const module = (await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>;
    const draw = module[`${thing}Diagram`];
    const rows = Object.values(module).find(isTable);
    if (typeof draw === 'function') found.set(thing, { thing, service, text: (draw as () => string)() });
    else if (rows !== undefined && !found.has(thing)) found.set(thing, { thing, service, text: drawn(rows) });
  }
  return [...found.values()].sort((a, b) => (a.thing < b.thing ? -1 : 1));
}

interface Row {
  readonly from: string | null;
  readonly event: string;
  readonly to: string;
}

function isTable(value: unknown): value is readonly Row[] {
  const isRow = (row: unknown): boolean =>
    typeof row === 'object' && row !== null && ['from', 'event', 'to'].every((member) => member in row);
  return Array.isArray(value) && value.length > 0 && value.every(isRow);
}

function drawn(rows: readonly Row[]): string {
  const left = new Set(rows.map(({ from }) => from));
  const ends = [...new Set(rows.map(({ to }) => to))].filter((state) => !left.has(state));
  return [
    'stateDiagram-v2',
    ...rows.map(({ from, event, to }) => `  ${from ?? '[*]'} --> ${to}: ${event}`),
    ...ends.map((state) => `  ${state} --> [*]`),
  ].join('\n');
}
