import * as z from 'zod';
import { type ConfigSections, isSecret } from './define-config.ts';

/** One setting that can be given a value. */
export interface Setting {
  /** Section and member names. */
  readonly path: readonly string[];
  /** `STELLA_HTTP__MAX_BODY_BYTES` */
  readonly variable: string;
  readonly type: string;
  readonly description: string;
  /** JSON text; `undefined` for none. */
  readonly defaultText: string | undefined;
  readonly isSecret: boolean;
}

interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
}

/** All settings of some sections, in the order they are declared in. */
export function settingsOf(sections: ConfigSections): Setting[] {
  return Object.entries(sections).flatMap(([name, section]) => {
    const schema = z.toJSONSchema(section.schema, { io: 'input', reused: 'inline', unrepresentable: 'throw' });
    return [...settingsIn(schema as Node, [name])];
  });
}

function* settingsIn(node: Node, path: readonly string[]): Generator<Setting, void> {
  if (node.properties !== undefined) {
    for (const [name, member] of Object.entries(node.properties)) yield* settingsIn(member, [...path, name]);
    return;
  }
  yield {
    path,
    variable: variableOf(path),
    type: node.enum === undefined ? (node.type ?? 'string') : node.enum.map(String).join(' or '),
    description: node.description ?? '',
    defaultText: node.default === undefined ? undefined : JSON.stringify(node.default),
    isSecret: isSecret(node),
  };
}

function variableOf(path: readonly string[]): string {
  const words = path.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return `STELLA_${words.join('__')}`;
}
