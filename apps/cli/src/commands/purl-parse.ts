import { canonicalJson, EXIT } from '@stella-ops/engine-kernel';
import { formatPurl, parsePurl } from '@stella-ops/engine-versions';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { readLines } from '../input.ts';
import { table } from '../render/table.ts';

export const command = defineCommand({
  description: 'Without arguments, reads one package URL a line from standard input.',
  arguments: [{ name: 'purl', summary: 'package URL, e.g. pkg:npm/%40scope/name@1.0.0', arity: 'any' }],
  options: { format: formatOption('table', 'json'), output: OUTPUT_OPTION },
  examples: ['stella purl parse "pkg:deb/debian/openssl@3.0.11-1?arch=amd64&distro=debian-12"'],
  exits: { 2: 'at least one text is not a package URL' },
  async run(context, args) {
    const texts = args.length > 0 ? args : (await readLines(context)).map((line) => line.text.trim());
    const results = texts.map((text) => {
      const parsed = parsePurl(text);
      return parsed.ok
        ? { input: text, ok: true, canonical: formatPurl(parsed.purl), purl: parsed.purl }
        : { input: text, ok: false, error: parsed.message };
    });
    return {
      exit: results.every((one) => one.ok) ? 0 : EXIT.invalid,
      render: {
        table: () =>
          table(
            ['TYPE', 'NAMESPACE', 'NAME', 'VERSION', 'QUALIFIERS', 'SUBPATH'],
            results.map((one) => {
              if (one.purl === undefined) return ['invalid', '', one.input, '', one.error ?? ''];
              const { type, namespace = '', name, version = '', qualifiers = {}, subpath = '' } = one.purl;
              const pairs = Object.entries(qualifiers).map(([key, value]) => `${key}=${value}`);
              return [type, namespace, name, version, pairs.join('&'), subpath];
            }),
          ),
        json: () => `${canonicalJson({ results })}\n`,
      },
    };
  },
});
