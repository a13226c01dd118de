import type { Column } from '../../../ui/grid/index.ts';
import type { InventoryComponent } from '../inventory.ts';
import { textColumn } from '../../common/columns.tsx';

const GRADES: Readonly<Record<string, string>> = {
  exact: 'Package manager’s record',
  derived: 'Worked out',
  claimed: 'Said by an SBOM',
};

export const COMPONENT_COLUMNS: readonly Column<InventoryComponent>[] = [
  {
    id: 'name',
    header: 'Name',
    isName: true,
    width: 'minmax(180px, 1.5fr)',
    cell: ({ name }) => <strong>{name}</strong>,
    text: ({ name }) => name,
  },
  {
    id: 'version',
    header: 'Version',
    width: 'minmax(110px, 1fr)',
    cell: ({ version }) => <code>{version ?? '–'}</code>,
    text: ({ version }) => version ?? '',
  },
  textColumn('type', 'Type', ({ type }) => type, { width: '90px' }),
  {
    id: 'licences',
    header: 'Licences',
    width: 'minmax(120px, 1fr)',
    cell: ({ licenses }) => licenses?.join(', ') ?? '–',
    text: ({ licenses }) => licenses?.join(' ') ?? '',
  },
  {
    id: 'purl',
    header: 'purl',
    width: 'minmax(220px, 2fr)',
    cell: ({ purl, ref }) => <code title={purl ?? ref}>{purl ?? ref}</code>,
    text: ({ purl, ref }) => purl ?? ref,
  },
  {
    id: 'found',
    header: 'How it is known',
    width: '180px',
    cell: ({ evidence }) => (evidence === undefined ? '–' : (GRADES[evidence.grade] ?? evidence.grade)),
    text: ({ evidence }) => evidence?.grade ?? '',
  },
  {
    id: 'place',
    header: 'Place',
    width: 'minmax(160px, 1fr)',
    isExtra: true,
    cell: ({ locations }) => <code>{locations[0]?.path ?? '–'}</code>,
    text: ({ locations }) => locations.map(({ path }) => path).join(' '),
  },
];
