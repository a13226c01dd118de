import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { table } from '../render/table.ts';
import { findImage, IMAGE_ARGUMENT } from '../server/find-image.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  arguments: [IMAGE_ARGUMENT],
  examples: ['stella image show sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03'],
  async run(session, [text = '']) {
    const image = await findImage(session.client(SCANNER_ROUTES), text);
    const findings = session.client(FINDINGS_ROUTES);
    const [{ body: summary }, { body: worst }] = await Promise.all([
      findings.summarize({ query: { imageDigest: image.digest } }),
      findings.listFindings({ query: { imageDigest: image.digest, status: 'open', limit: 20 } }),
    ]);
    const { open } = summary;
    return showOne(
      { image, findings: summary },
      [
        ['image', image.name],
        ['digest', image.digest],
        ['platform', image.platform ?? ''],
        ['index', image.indexDigest ?? ''],
        ['config', image.configDigest ?? ''],
        ['inventory', `${image.components} packages, ${image.gaps} gaps (from ${image.origin})`],
        [
          'open',
          `${open.critical} critical, ${open.high} high, ${open.medium} medium, ${open.low} low, ${open.unknown} unknown`,
        ],
      ],
      () =>
        worst.items.length === 0
          ? ''
          : `\n${table(
              ['SEVERITY', 'VULNERABILITY', 'PACKAGE', 'VERSION', 'FIXED IN'],
              worst.items.map((one) => [
                one.severity,
                one.vulnerability,
                one.package,
                one.installedVersion,
                one.fixedVersions.join(', '),
              ]),
            )}`,
    );
  },
});
