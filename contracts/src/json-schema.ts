import * as z from 'zod';
import type { Schema } from './route.ts';

export interface JsonSchema {
  readonly [key: string]: unknown;
}

/** `request`: what may be sent. `response`: what is sent, to readers who must bear members they do not know. */
export type View = 'request' | 'response';

/**
 * JSON Schema 2020-12 of a wire-safe schema.
 *
 * @throws Error when the schema holds what JSON cannot carry (dates, bigint, maps, …), transforms or coerces
 */
export function jsonSchemaOf(schema: Schema, view: View): JsonSchema {
  const made = z.toJSONSchema(schema, {
    io: view === 'request' ? 'input' : 'output',
    unrepresentable: 'throw',
    override: ({ zodSchema, jsonSchema }) => {
      const def = zodSchema._zod.def as { type: string; coerce?: boolean };
      // A pipe or fallback turns one value into another, which neither view shows.
      if (def.type === 'pipe' || def.type === 'catch') throw new Error(`A ${def.type} is not wire-safe`);
      // Coercion takes `[]` for 0 and `{}` for "[object Object]"; text is read by the query reader instead.
      if (def.coerce === true) throw new Error('Coercing schemas are not wire-safe');
      if (view === 'response' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return made;
}

/** Every schema inside a JSON Schema, itself first, with its RFC 6901 pointer. */
export function* schemasIn(schema: unknown, pointer = ''): Generator<readonly [string, JsonSchema]> {
  if (typeof schema !== 'object' || schema === null) return;
  if (!Array.isArray(schema)) yield [pointer, schema as JsonSchema];
  for (const [key, value] of Object.entries(schema)) yield* schemasIn(value, `${pointer}/${key}`);
}
