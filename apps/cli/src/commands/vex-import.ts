import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { fileBody } from '../server/bytes.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  arguments: [{ name: 'file', summary: 'OpenVEX document; - is standard input', arity: 'many' }],
  options: { provider: { type: 'text', value: 'NAME', summary: 'who it comes from', default: 'upload' } },
  examples: ['stella vex import supplier.openvex.json --provider supplier'],
  async run(session, files, options, context) {
    const excititor = session.client(EXCITITOR_ROUTES);
    const importOne = async (file: string) => {
      const { body } = await excititor.importVex({
        query: { provider: options.provider },
        body: await fileBody(file, 'application/json', context),
      });
      for (const warning of body.warnings) context.notice(`${file}: ${warning}`);
      return body;
    };
    const results: Awaited<ReturnType<typeof importOne>>[] = [];
    for (const file of files) results.push(await importOne(file));
    return {
      value: { documents: results },
      text: () =>
        results
          .map(
            ({ document, snapshot, isNew }) =>
              `${document.documentId}: ${document.statements} statements${isNew ? '' : ' (known already)'}, snapshot ${snapshot.digest}\n`,
          )
          .join(''),
    };
  },
});
