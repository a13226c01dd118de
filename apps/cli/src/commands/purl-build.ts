import { canonicalJson } from '@stella-ops/engine-kernel';
import { buildPurl, formatPurl } from '@stella-ops/engine-versions';
import { defineCommand, formatOption, OUTPUT_OPTION } from '../command.ts';
import { fail } from '../errors.ts';

export const command = defineCommand({
  description: 'Applies the rules of the type: case, separators, which parts are needed.',
  arguments: [],
  options: {
    type: { type: 'text', value: 'TYPE', summary: 'npm, pypi, deb, golang, oci, …', required: true },
    namespace: { type: 'text', value: 'TEXT', summary: 'scope, organisation or distribution' },
    name: { type: 'text', value: 'TEXT', summary: 'name of the package', required: true },
    version: { type: 'text', value: 'TEXT', summary: 'version' },
    qualifier: { type: 'list', value: 'KEY=VALUE', summary: 'qualifier' },
    subpath: { type: 'text', value: 'PATH', summary: 'path inside the package' },
    format: formatOption('table', 'json'),
    output: OUTPUT_OPTION,
  },
  examples: ['stella purl build --type npm --namespace @babel --name core --version 7.0.0'],
  exits: { 2: 'the parts do not make a package URL' },
  run(_context, _args, options) {
    const qualifiers: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const pair of options.qualifier) {
      const at = pair.indexOf('=');
      if (at <= 0) throw fail('USAGE', `--qualifier takes KEY=VALUE; "${pair}" is not that`);
      qualifiers[pair.slice(0, at)] = pair.slice(at + 1);
    }
    const { type, namespace, name, version, subpath } = options;
    const built = buildPurl({ type, namespace, name, version, subpath, qualifiers });
    if (!built.ok) throw fail('USAGE', `not a package URL: ${built.message}`);
    const text = formatPurl(built.purl);
    return Promise.resolve({
      render: { table: () => `${text}\n`, json: () => `${canonicalJson({ canonical: text, purl: built.purl })}\n` },
    });
  },
});
