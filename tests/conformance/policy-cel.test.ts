import { expressionCompiler } from '@stella-ops/engine-policy';
import { sortedBy } from '@stella-ops/engine-kernel';
import { corpusTar, describeNeeding } from '@stella-ops/testkit';
import { expect, test } from 'vitest';

// Conditions are a total part of CEL: the suite's cases that this part can express must come out as the suite says;
// everything else must be refused before it runs. Files of extensions and of protobuf messages are not looked at.
const FILES = [
  'basic',
  'comparisons',
  'conversions',
  'fp_math',
  'integer_math',
  'lists',
  'logic',
  'macros',
  'parse',
  'plumbing',
  'string',
  'timestamps',
] as const;

/** What the suite knows and conditions do not; a refusal for any other cause is a fault of ours. */
const OUT_OF_SCOPE: readonly (readonly [what: string, sentence: RegExp])[] = [
  ['order of texts, versions are not ordered as text', /^an order of texts/],
  ['arithmetic and joining', /^("[-+*/%]"|arithmetic)/],
  ['maps', /^"map"/],
  ['index access', /^"\[\]"/],
  ['literals of bytes, null and unsigned, numbers beyond 2^53', /^a (literal of this kind|number of this size)/],
  ['computed lists and lists of lists', /^a list with anything|^expected a number, found list/],
  ['mixed lists', /^a list holds either/],
  ['comparison of lists', /^a comparison of lists/],
  ['searches in anything but lists of texts', /^a search in anything/],
  ['choice between other values than conditions', /^a choice between/],
  ['members of computed values', /^a member of a computed/],
  ['functions that can fail, convert, match or tell the time', /^the function /],
  ['variables of the suite', /^nothing is called|is a group/],
  ['expressions that the suite itself runs unchecked', /^expected |^no such overload|^Logical operator/],
];

interface Case {
  readonly name: string;
  readonly expr: string;
  readonly expected: string | number | boolean | undefined;
}

function casesOf(text: string): Case[] {
  const suite = parseTextProto(text);
  return all(suite, 'section').flatMap((section) =>
    all(section, 'test').map((one): Case => {
      const value = all(one, 'value')[0];
      const [kind, literal] = value === undefined ? [] : ([...value][0] ?? []);
      const scalar = literal?.[0];
      const isScalar =
        kind === 'bool_value' || kind === 'string_value' || kind === 'int64_value' || kind === 'double_value';
      return {
        name: `${text1(section, 'name')}/${text1(one, 'name')}`,
        expr: text1(one, 'expr'),
        expected: isScalar && !(scalar instanceof Map) ? scalar : undefined,
      };
    }),
  );
}

describeNeeding(['corpus'], 'CEL conformance suite', () => {
  const suite = corpusTar('policy/cel-conformance.tar.zst');
  const compile = expressionCompiler<undefined>(new Map());
  const scope = { row: undefined, subject: { kind: 'directory', name: '' }, environment: '' } as const;

  test('every case that conditions can express comes out as the suite says; the rest is refused for a listed cause', () => {
    const counts = new Map<string, number>();
    const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
    const faults: string[] = [];
    for (const file of FILES) {
      const bytes = suite.get(`tests/simple/testdata/${file}.textproto`);
      if (bytes === undefined) throw new Error(`${file} is not in the corpus`);
      for (const { name, expr, expected } of casesOf(bytes.toString('utf8'))) {
        const compiled = compile(expr);
        if (!compiled.ok) {
          const cause = OUT_OF_SCOPE.find(([, sentence]) => sentence.test(compiled.message))?.[0];
          if (compiled.code === 'CEL_SYNTAX') count('refused: syntax, or over our limits on size and depth');
          else if (cause === undefined) faults.push(`${file} ${name}: ${expr}: refused: ${compiled.message}`);
          else count(`refused: ${cause}`);
        } else if (compiled.value.run === undefined || compiled.value.type === 'list<string>') {
          count('a list, which conditions only search');
        } else {
          const found = compiled.value.run(scope);
          if (expected !== undefined && found === expected) count('agrees');
          else faults.push(`${file} ${name}: ${expr}: expected ${expected}, found ${found}`);
        }
      }
    }
    console.log(
      sortedBy(counts, ([what]) => what)
        .map(([what, n]) => `${String(n).padStart(4)} ${what}`)
        .join('\n'),
    );
    expect(faults).toEqual([]);
    expect(counts.get('agrees')).toBeGreaterThan(200);
  });
});

type Message = Map<string, (string | number | boolean | Message)[]>;

const all = (message: Message, name: string): Message[] =>
  (message.get(name) ?? []).filter((value) => value instanceof Map);
function text1(message: Message, name: string): string {
  const [value = ''] = message.get(name) ?? [];
  return typeof value === 'string' ? value : '';
}

const TOKEN = /#[^\n]*|\s+|("(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*')|([{}[\]:,;<>])|([^\s{}[\]:,;<>"'#]+)/y;

/** Text protobuf as far as the suite uses it (protobuf.dev, text format). */
function parseTextProto(text: string): Message {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const token = match[1] ?? match[2] ?? match[3];
    if (token !== undefined) tokens.push(token);
  }
  let at = 0;
  const message = (end: string | undefined): Message => {
    const fields: Message = new Map();
    while (tokens[at] !== end) {
      const name = tokens[at++] ?? '';
      if (name === ',' || name === ';') continue;
      // `[type.googleapis.com/x]: {…}`, an Any: its name does not matter here.
      if (name === '[') at = tokens.indexOf(']', at) + 1;
      if (tokens[at] === ':') at++;
      const values = fields.get(name) ?? [];
      fields.set(name, values);
      if (tokens[at] === '[') {
        at++;
        while (tokens[at] !== ']') {
          if (tokens[at] === ',') at++;
          else values.push(value());
        }
        at++;
      } else values.push(value());
    }
    at++;
    return fields;
  };
  const value = (): string | number | boolean | Message => {
    const token = tokens[at++] ?? '';
    if (token === '{') return message('}');
    if (!isQuoted(token)) return token === 'true' || token === 'false' ? token === 'true' : Number(token);
    let bytes = unescape(token);
    while (isQuoted(tokens[at] ?? '')) bytes = Buffer.concat([bytes, unescape(tokens[at++] ?? '')]);
    return bytes.toString('utf8');
  };
  return message(undefined);
}

const isQuoted = (token: string): boolean => token.startsWith('"') || token.startsWith("'");
const ESCAPES = new Map(Object.entries({ a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }));

/** Numeric escapes are bytes, `\u` and `\U` are characters. */
function unescape(token: string): Buffer {
  const parts = token
    .slice(1, -1)
    .matchAll(/\\([0-7]{1,3})|\\[xX]([0-9a-fA-F]{1,2})|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\([^])|([^\\]+)/g);
  return Buffer.concat(
    [...parts].map(([, octal, hex, u4, u8, letter, plain]) => {
      if (octal !== undefined) return Buffer.of(Number.parseInt(octal, 8));
      if (hex !== undefined) return Buffer.of(Number.parseInt(hex, 16));
      const point = u4 ?? u8;
      if (point !== undefined) return Buffer.from(String.fromCodePoint(Number.parseInt(point, 16)));
      return Buffer.from(plain ?? ESCAPES.get(letter ?? '') ?? letter ?? '');
    }),
  );
}
