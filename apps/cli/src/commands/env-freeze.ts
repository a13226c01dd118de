import { parseTimestamp } from '@stella-ops/engine-kernel';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { environmentLines } from '../server/environment-lines.ts';
import { findEnvironment } from '../server/find-by-name.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'While it lasts, nothing is promoted there. Times are RFC 3339, such as 2026-12-24T12:00:00Z.',
  arguments: [{ name: 'name', summary: 'name or id', arity: 'one' }],
  options: {
    from: { type: 'text', value: 'TIME', summary: 'when it starts (default: now, by the clock of the server)' },
    until: { type: 'text', value: 'TIME', summary: 'when it ends', required: true },
    reason: { type: 'text', value: 'TEXT', summary: 'why', required: true },
  },
  examples: ['stella env freeze prod --until 2027-01-02T08:00:00Z --reason "end of the year"'],
  async run(session, [name = ''], options) {
    const releases = session.client(RELEASES_ROUTES);
    const { id: environmentId } = await findEnvironment(releases, name);
    const { body } = await releases.createFreeze({
      params: { environmentId },
      body: {
        ...(options.from === undefined ? {} : { startsAt: parseTimestamp(options.from) }),
        endsAt: parseTimestamp(options.until),
        reason: options.reason,
      },
    });
    return showOne(body, environmentLines(body));
  },
});
