import { shape, type ShapeOf } from '@stella-ops/engine-kernel';

const MAX_RULES = 500;
const MAX_PARAMS = 100;

const { array, boolean, either, literal, number, object, optional, record, string } = shape;

const action = literal('allow', 'warn', 'deny', 'pending');

const ruleShape = object({
  id: string({
    pattern: /^[a-z][a-z0-9-]{0,63}$/,
    what: 'an id of lower-case letters, digits and dashes, such as critical-fixable',
  }),
  on: literal('finding', 'gap', 'coverage', 'subject'),
  states: optional(array(literal('affected', 'not-evaluated'), { min: 1, max: 2 })),
  when: string({ min: 1 }),
  action,
  code: string({ pattern: /^[A-Z][A-Z0-9_]{0,63}$/, what: 'a code in capitals, such as VULNERABLE_FIXABLE' }),
  message: string({ min: 1, max: 500 }),
  exceptable: optional(boolean),
});
export type RuleSource = ShapeOf<typeof ruleShape>;

const name = string({ pattern: /^[a-z][a-z0-9-]{0,63}$/, what: 'a name of lower-case letters, digits and dashes' });

const params = record(
  either(
    either(number({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }), boolean),
    string({ max: 1000, what: 'a number, a text, true or false' }),
  ),
  { max: MAX_PARAMS },
);

/** `stella.ops/policy/v1`, before conditions and messages are compiled. */
export const packShape = object({
  apiVersion: literal('stella.ops/policy/v1'),
  kind: literal('PolicyPack'),
  metadata: object({
    name,
    version: string({ min: 1, max: 64, what: 'a version in quotes, such as "1.0.0"' }),
    description: optional(string({ max: 2000 })),
  }),
  params: optional(params),
  rules: array(ruleShape, { min: 1, max: MAX_RULES }),
  defaults: object({
    finding: action,
    unknownSeverity: action,
    notEvaluated: action,
    gap: action,
    coverage: action,
  }),
});
