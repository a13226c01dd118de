import { compareText } from '@stella-ops/engine-kernel/order';
import * as z from 'zod';
import { type JsonSchema, jsonSchemaOf, type View } from '../json-schema.ts';
import type { Schema } from '../route.ts';

const LOCAL = '#/$defs/';
const SHARED = '#/components/schemas/';

/** The schemas of a document that have an id, each written once. */
export class Components {
  readonly #schemas = new Map<string, string>();

  /** A reference where the schema has an id, else the schema itself. */
  schemaOf(schema: Schema, view: View): JsonSchema {
    // Inside a list even the outermost schema becomes a definition of its own, self-references included.
    return this.inline(z.array(schema), view)['items'] as JsonSchema;
  }

  /** The schema itself; schemas inside it that have an id become references. */
  inline(schema: Schema, view: View): JsonSchema {
    const { $schema: _dialect, $defs, ...made } = shared(jsonSchemaOf(schema, view)) as JsonSchema;
    for (const [id, part] of Object.entries($defs ?? {})) this.#keep(id, JSON.stringify(part));
    return made;
  }

  schemas(): Record<string, JsonSchema> {
    const sorted = [...this.#schemas].sort(([a], [b]) => compareText(a, b));
    return Object.fromEntries(sorted.map(([id, text]) => [id, JSON.parse(text) as JsonSchema]));
  }

  #keep(id: string, text: string): void {
    const known = this.#schemas.get(id);
    if (known !== undefined && known !== text) throw new Error(`two different schemas have the id ${id}`);
    this.#schemas.set(id, text);
  }
}

/** References to local definitions, pointed at the document's components instead. */
function shared(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(shared);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === '$ref' && typeof value === 'string' ? [key, value.replace(LOCAL, SHARED)] : [key, shared(value)],
    ),
  );
}
