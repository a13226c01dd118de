import * as z from 'zod';
import type { EventType } from '@stella-ops/contracts';
import { EVENTS } from '@stella-ops/contracts/catalogue';
import { page, table } from './page.ts';

/** docs/reference/events.md: every fact that services announce, with its data. */
export function eventReference(): string {
  const sections = EVENTS.map((event) => {
    const rows = membersOf(event).map(({ name, type }) => [`\`${name}\``, type]);
    return `## ${event.type}\n\n${event.summary}. Version ${event.version}; seen with \`${event.scope}\`.\n\n${table(['member', 'type'], rows)}`;
  });
  return page(
    'Events',
    'the events in `contracts`',
    'Events are facts: written with the change they tell of, in one order, each delivered at least once. `GET /api/v1/events` streams those of the caller’s tenant that its scopes allow; see [api.md](api.md). Data carries ids and digests, never documents. Members may be added within a version.',
    ...sections,
  );
}

interface Node {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Node[];
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
}

function membersOf({ data }: EventType): { readonly name: string; readonly type: string }[] {
  const { properties = {} } = z.toJSONSchema(data) as Node;
  return Object.entries(properties).map(([name, node]) => ({ name, type: typeText(node) }));
}

/** A type in a few words: `Digest`, `text`, `one of …`, `list of …`. */
function typeText(node: Node): string {
  if (node.$ref !== undefined) return node.$ref.slice(node.$ref.lastIndexOf('/') + 1);
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(' or ');
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``;
  if (node.anyOf !== undefined) return node.anyOf.map(typeText).join(' or ');
  if (node.items !== undefined) return `list of ${typeText(node.items)}`;
  const types = typeof node.type === 'string' ? [node.type] : (node.type ?? ['anything']);
  return types.map((type) => (type === 'string' ? 'text' : type)).join(' or ');
}
