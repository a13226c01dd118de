import { FINDINGS_ROUTES, FindingStatus } from '@stella-ops/contracts/findings';
import { withoutUndefined } from '@stella-ops/engine-kernel';
import { digestOfImage, IMAGE_OPTION } from '../server/find-image.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: {
    limit: LIMIT_OPTION,
    image: IMAGE_OPTION,
    status: {
      type: 'choice',
      choices: FindingStatus.options,
      summary: 'only with this status',
    },
    severity: {
      type: 'choice',
      choices: ['critical', 'high', 'medium', 'low', 'none', 'unknown'],
      summary: 'only of this severity',
    },
    vulnerability: { type: 'text', value: 'ID', summary: 'only this vulnerability, by any of its names' },
  },
  examples: ['stella findings list --status open --severity critical'],
  async run(session, _args, options) {
    const imageDigest = await digestOfImage(session, options.image);
    return showList(
      options.limit,
      (page) =>
        session.client(FINDINGS_ROUTES).listFindings({
          query: withoutUndefined({
            ...page,
            imageDigest,
            status: options.status,
            severity: options.severity,
            vulnerability: options.vulnerability,
          }),
        }),
      ['SEVERITY', 'VULNERABILITY', 'PACKAGE', 'VERSION', 'FIXED IN', 'STATUS', 'IMAGE', 'ID'],
      (one) => [
        one.severity,
        one.vulnerability,
        one.package,
        one.installedVersion,
        one.fixedVersions.join(', '),
        one.status,
        one.imageName,
        one.id,
      ],
    );
  },
});
