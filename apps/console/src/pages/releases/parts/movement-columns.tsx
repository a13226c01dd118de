import type { Column } from '../../../ui/grid/index.ts';
import { linkColumn } from '../../common/columns.tsx';

interface Movement {
  readonly id: string;
  readonly release: string;
  readonly environment: string;
  readonly environmentId: string;
}

/**
 * What goes where: the first columns of lists of promotions and deployments.
 *
 * @param to page of a row, without its id
 */
export function movementColumns<Row extends Movement>(to: '/promotions' | '/deployments'): readonly Column<Row>[] {
  return [
    linkColumn<Row>(
      'release',
      'Release',
      ({ release }) => release,
      ({ id }) => `${to}/${id}`,
      { isName: true, width: 'minmax(150px, 1fr)' },
    ),
    linkColumn<Row>(
      'environment',
      'To',
      ({ environment }) => environment,
      ({ environmentId }) => `/environments/${environmentId}`,
      { width: 'minmax(90px, 0.6fr)' },
    ),
  ];
}
