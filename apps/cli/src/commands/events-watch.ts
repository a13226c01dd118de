import { setTimeout as delay } from 'node:timers/promises';
import { EVENT_ROUTES } from '@stella-ops/contracts/events';
import { defineCommand } from '../command.ts';
import { fail } from '../errors.ts';
import { followEvents } from '../server/follow-events.ts';
import { SERVER_EXITS, SERVER_OPTION } from '../server/server-command.ts';
import { openSession } from '../server/session.ts';

export const command = defineCommand({
  description:
    'One JSON object a line, as it happens, until Ctrl+C: whatever you may read. A connection that ends is opened again after\n' +
    'the last event. A line {"type":"reset"} says that what came before its position is no longer kept.',
  arguments: [],
  options: {
    prefix: { type: 'text', value: 'TEXT', summary: 'only types that begin so, such as releases.' },
    after: { type: 'text', value: 'POSITION', summary: 'go on after this position (default: from now on)' },
    limit: { type: 'text', value: 'N', summary: 'end after N events' },
    server: SERVER_OPTION,
  },
  examples: ['stella events watch --prefix releases.promotion.', 'stella events watch --after 1200 >> events.ndjson'],
  exits: SERVER_EXITS,
  async run(context, _args, options) {
    const { prefix, after, limit } = options;
    if (after !== undefined && !/^\d{1,19}$/.test(after))
      throw fail('USAGE', `--after takes the position of an event, not "${after.slice(0, 20)}"`);
    if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit))
      throw fail('USAGE', `--limit takes a number from 1, not "${limit.slice(0, 20)}"`);
    const client = (await openSession(context, options.server)).client(EVENT_ROUTES);
    const events = followEvents({
      after,
      connect: async (lastEventId) => {
        const query = prefix === undefined ? {} : { prefix };
        return (await client.stream({ query }, lastEventId === undefined ? {} : { lastEventId })).body;
      },
      pause: (ms) => delay(ms),
      notice: (text) => context.notice(text),
    });
    let count = 0;
    for await (const { id, event, data } of events) {
      const position = id ?? null;
      context.line(JSON.stringify(event === 'reset' ? { position, type: 'reset' } : { position, ...data }));
      if (event !== 'reset') count++;
      if (count === Number(limit)) break;
    }
    return { render: { ndjson: () => '' } };
  },
});
