import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { fileBody } from '../server/bytes.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description: 'OSV records as JSON, JSON lines (.jsonl, .ndjson) or a zip archive. Make a snapshot afterwards.',
  arguments: [{ name: 'file', summary: 'file to import; - is standard input', arity: 'many' }],
  options: { source: { type: 'text', value: 'NAME', summary: 'where the records come from', default: 'upload' } },
  examples: ['stella advisories import PyPI.zip --source osv'],
  async run(session, files, options, context) {
    const concelier = session.client(CONCELIER_ROUTES);
    const total = { imported: 0, unchanged: 0, brokenCount: 0 };
    const broken: string[] = [];
    for (const file of files) {
      context.progress(`importing ${file}`);
      const { body } = await concelier.importAdvisories({
        query: { source: options.source },
        body: await fileBody(file, mediaTypeOf(file), context),
      });
      total.imported += body.imported;
      total.unchanged += body.unchanged;
      total.brokenCount += body.brokenCount;
      broken.push(...body.broken.map(({ place, message }) => `${file} ${place}: ${message}`));
    }
    for (const line of broken.slice(0, 20)) context.notice(`left out: ${line}`);
    return {
      value: { ...total, broken },
      text: () =>
        `${total.imported} records imported, ${total.unchanged} known already, ${total.brokenCount} left out as broken\n`,
    };
  },
});

function mediaTypeOf(file: string): string {
  if (file.endsWith('.zip')) return 'application/zip';
  return /\.(?:jsonl|ndjson)$/.test(file) ? 'application/x-ndjson' : 'application/json';
}
