import { type BoardCell, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { printable, table } from '../render/table.ts';
import { defineServerCommand } from '../server/server-command.ts';

export const command = defineServerCommand({
  description: 'What runs where: components in rows, environments in columns.',
  examples: ['stella board'],
  async run(session) {
    const { body } = await session.client(DEPLOYMENTS_ROUTES).getBoard({});
    return {
      value: body,
      text: () => {
        if (body.rows.length === 0) return 'there are no components yet\n';
        const head = body.environments.map((one) => printable(one.name) + (one.isFrozen ? ' (frozen)' : ''));
        const rows = body.rows.map(({ component, cells }) => [
          component,
          ...body.environments.map(({ id }) => cellText(cells.find(({ environmentId }) => environmentId === id))),
        ]);
        return table(['COMPONENT', ...head], rows);
      },
    };
  },
});

function cellText(cell: BoardCell | undefined): string {
  if (cell === undefined || cell.state === 'empty') return '-';
  const drift = cell.drift > 0 ? `, drift ${cell.drift}` : '';
  // What comes has the state; what runs stands before it.
  const next = cell.next === null ? '' : ` → ${cell.next.version}`;
  return `${cell.version ?? cell.release ?? '-'}${next} ${cell.state.replaceAll('_', ' ')}${drift}`;
}
