import { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { fail } from '../errors.ts';
import { defineServerCommand } from '../server/server-command.ts';
import { shortTime, showOne } from '../server/show.ts';

export const command = defineServerCommand({
  description:
    'From now on a new key signs. What the old one signed still verifies; the old one signs nothing more, and its private\n' +
    'half is forgotten. Then give the new trusted root ("stella trust get") to whoever verifies: with one of before,\n' +
    'evidence of the new key is "unverifiable".',
  options: {
    retire: {
      type: 'text',
      value: 'HINT',
      summary: 'key to replace; refused when another one is active (default: the active one)',
    },
  },
  examples: ['stella key rotate'],
  async run(session, _args, options) {
    const signer = session.client(SIGNER_ROUTES);
    const activeHint = async () => (await signer.listKeys({})).body.keys.find(({ state }) => state === 'active')?.hint;
    const retire = options.retire ?? (await activeHint());
    if (retire === undefined)
      throw fail('USAGE', 'there is no key to replace', { hint: 'The first signature makes one.' });
    const { body } = await signer.rotateKey({ body: { retire } });
    return showOne(body, [
      ['active', body.active.hint],
      ['since', shortTime(body.active.createdAt)],
      ['retired', body.retired.hint],
      ['next', 'stella trust get: verifiers need the new trusted root'],
    ]);
  },
});
