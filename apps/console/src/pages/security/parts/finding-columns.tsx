import type { Finding } from '@stella-ops/contracts/findings';
import type { Column } from '../../../ui/grid/index.ts';
import { AppLink, DigestChip } from '../../../ui/index.ts';
import { stateColumn, textColumn, timeColumn } from '../../common/columns.tsx';
import { FINDING_STATES } from '../../common/looks.ts';
import { Severity } from '../../common/severity.tsx';

const IMAGE: Column<Finding> = {
  id: 'image',
  header: 'Image',
  width: 'minmax(180px, 1.6fr)',
  cell: ({ imageDigest, imageName }) => <AppLink to={`/images/${imageDigest}`}>{shortName(imageName)}</AppLink>,
  text: ({ imageName }) => imageName,
};

/** `registry.example/shop/api:1.2.0` → `shop/api:1.2.0`; the registry is the same for nearly all, and the file has it. */
export function shortName(name: string): string {
  const [first = '', ...rest] = name.split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? rest.join('/') : name;
}

/** Columns of the findings of one image. */
export const FINDING_COLUMNS_OF_IMAGE: readonly Column<Finding>[] = [
  {
    id: 'vulnerability',
    header: 'Vulnerability',
    isName: true,
    width: 'minmax(150px, 1fr)',
    cell: ({ vulnerability }) => <strong>{vulnerability}</strong>,
    text: ({ vulnerability }) => vulnerability,
  },
  {
    id: 'severity',
    header: 'Severity',
    width: '130px',
    cell: ({ severity, score }) => <Severity level={severity} score={score} />,
    text: ({ severity }) => severity,
  },
  {
    id: 'score',
    header: 'Score',
    width: '80px',
    isNumber: true,
    isExtra: true,
    cell: ({ score }) => score?.toFixed(1) ?? '–',
    text: ({ score }) => score,
  },
  textColumn('package', 'Package', ({ package: name }) => name, { width: 'minmax(140px, 1.2fr)' }),
  {
    id: 'installed',
    header: 'Installed',
    width: 'minmax(100px, 0.8fr)',
    cell: ({ installedVersion }) => <code>{installedVersion}</code>,
    text: ({ installedVersion }) => installedVersion,
  },
  {
    id: 'fixed',
    header: 'Fixed in',
    width: 'minmax(100px, 0.8fr)',
    cell: ({ fixedVersions }) =>
      fixedVersions[0] === undefined ? <span className="quiet">No fix</span> : <code>{fixedVersions.join(', ')}</code>,
    text: ({ fixedVersions }) => fixedVersions.join(' '),
  },
  stateColumn('status', 'Status', FINDING_STATES, ({ status }) => status, { width: '140px' }),
  timeColumn('seen', 'First seen', ({ firstSeenAt }) => firstSeenAt),
  timeColumn('changed', 'Last change', ({ changedAt }) => changedAt, { isExtra: true }),
  {
    id: 'component',
    header: 'Component',
    width: '280px',
    isExtra: true,
    cell: ({ component }) => <code>{component}</code>,
    text: ({ component }) => component,
  },
];

/** Columns of the findings of all images. */
export const FINDING_COLUMNS: readonly Column<Finding>[] = [
  ...FINDING_COLUMNS_OF_IMAGE.slice(0, 6),
  IMAGE,
  ...FINDING_COLUMNS_OF_IMAGE.slice(6),
  {
    id: 'digest',
    header: 'Digest',
    width: '160px',
    isExtra: true,
    cell: ({ imageDigest }) => <DigestChip digest={imageDigest} isPlain />,
    text: ({ imageDigest }) => imageDigest,
  },
];
