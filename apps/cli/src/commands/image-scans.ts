import { Scan, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { shortDigest } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, shortTime, showList } from '../server/show.ts';

export const command = defineServerCommand({
  description: 'What "stella image scan" and promotions asked for, newest first: how far it is, and why it failed.',
  options: {
    limit: LIMIT_OPTION,
    status: { type: 'choice', choices: Scan.shape.status.options, summary: 'only with this status' },
  },
  examples: ['stella image scans --status failed'],
  run: (session, _args, options) =>
    showList(
      options.limit,
      (page) =>
        session.client(SCANNER_ROUTES).listScans({
          query: { ...page, ...(options.status === undefined ? {} : { status: options.status }) },
        }),
      ['ASKED', 'BY', 'STATUS', 'SOURCE', 'IMAGE', 'FAULT', 'ID'],
      (one) => [
        shortTime(one.createdAt),
        one.requestedBy,
        one.status,
        one.source,
        shortDigest(one.imageDigest ?? undefined),
        one.error === null ? '' : `${one.error.code}: ${one.error.message}`,
        one.id,
      ],
    ),
});
