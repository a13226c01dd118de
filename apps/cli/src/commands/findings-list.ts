import { FINDINGS_ROUTES, FindingStatus } from '@stella-ops/contracts/findings';
import { SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { findImage } from '../server/find-image.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { LIMIT_OPTION, showList } from '../server/show.ts';

export const command = defineServerCommand({
  options: {
    limit: LIMIT_OPTION,
    image: { type: 'text', value: 'IMAGE', summary: 'only of this image: digest, its first 12 digits, or a name' },
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
    const imageDigest =
      options.image === undefined ? undefined : (await findImage(session.client(SCANNER_ROUTES), options.image)).digest;
    return showList(
      options.limit,
      (page) =>
        session.client(FINDINGS_ROUTES).listFindings({
          query: {
            ...page,
            ...(imageDigest === undefined ? {} : { imageDigest }),
            ...(options.status === undefined ? {} : { status: options.status }),
            ...(options.severity === undefined ? {} : { severity: options.severity }),
            ...(options.vulnerability === undefined ? {} : { vulnerability: options.vulnerability }),
          },
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
