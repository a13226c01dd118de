import * as z from 'zod';

/** Settings of one service or building block, with defaults for everything that can have one. */
export interface ConfigSection<S extends z.ZodObject = z.ZodObject> {
  readonly summary: string;
  /** A strict object: an unknown setting is a misspelled one. */
  readonly schema: S;
}

export type ConfigSections = Readonly<Record<string, ConfigSection>>;

export type ConfigOf<S extends ConfigSections> = { readonly [K in keyof S]: z.output<S[K]['schema']> };

export function defineConfig<const S extends z.ZodObject>(section: ConfigSection<S>): ConfigSection<S> {
  return section;
}

const SECRET = 'x-stella-secret';

/** Marks a setting or member that must not be shown: logs leave it out, command lines refuse it. */
export function secret<S extends z.ZodType>(schema: S): S {
  return schema.meta({ ...z.globalRegistry.get(schema), [SECRET]: true });
}

export function isSecret(jsonSchema: unknown): boolean {
  return typeof jsonSchema === 'object' && jsonSchema !== null && SECRET in jsonSchema;
}
