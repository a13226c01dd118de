import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'Decisions name the snapshot that they were made with. Without new records the present one is shown.',
  examples: ['stella advisories snapshot'],
  async run(session) {
    const { status, body } = await session.client(CONCELIER_ROUTES).createSnapshot({ body: {} });
    return showOne(body, [
      ['snapshot', body.id],
      ['digest', body.digest],
      ['records', String(body.records)],
      ['state', status === 201 ? 'new' : 'unchanged'],
    ]);
  },
});
