import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { withoutUndefined } from '@stella-ops/engine-kernel';
import { parseDuration } from '../server/duration.ts';
import { exceptionLines } from '../server/exception-lines.ts';
import { digestOfImage } from '../server/find-image.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description:
    'Another person has to approve it before it counts. A draft waits until "stella exception submit" puts it up for review.',
  arguments: [{ name: 'vulnerability', summary: 'id, such as CVE-2021-33503', arity: 'one' }],
  options: {
    package: { type: 'text', value: 'PURL', summary: 'only for this package; without version for all versions' },
    image: { type: 'text', value: 'IMAGE', summary: 'only for this image: digest, its first 12 digits, or a name' },
    reason: { type: 'text', value: 'TEXT', summary: 'why it may be borne', required: true },
    expires: { type: 'text', value: 'TIME', summary: 'how long it counts: 12h, 30d, at most 365d', default: '30d' },
    draft: { type: 'flag', summary: 'do not put it up for review yet' },
  },
  examples: ['stella exception request CVE-2021-33503 --package pkg:pypi/urllib3 --reason "upgrade is in 1.2.0"'],
  async run(session, [vulnerability = ''], options, context) {
    const imageDigest = await digestOfImage(session, options.image);
    const { body } = await session.client(POLICY_ROUTES).requestException({
      body: {
        vulnerability,
        reason: options.reason,
        expiresAt: parseDuration(options.expires, context),
        isDraft: options.draft,
        ...withoutUndefined({ package: options.package, imageDigest }),
      },
    });
    return showOne(body, exceptionLines(body));
  },
});
