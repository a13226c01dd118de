import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { canonicalJson } from '@stella-ops/engine-kernel';
import { generateKey, publicKeyPem, writeCosignKey, writeTrust, writeTrustedRoot } from '@stella-ops/engine-envelope';
import { openLocalLog } from '@stella-ops/engine-tlog';
import { defineCommand, formatOption } from '../command.ts';
import type { Context } from '../context.ts';
import { fail } from '../errors.ts';
import { writeOutput } from '../output.ts';
import { columns } from '../render/table.ts';
import { passwordFromEnvironment } from '../secrets.ts';

export const command = defineCommand({
  description:
    'Writes five files: PREFIX.key (private, encrypted in the form cosign reads), PREFIX.pub, PREFIX.tlog (the local log\n' +
    'with its own key), PREFIX.trusted-root.json (what a verifier of ours needs: give it to whoever shall trust you)\n' +
    'and PREFIX.sigstore-root.json (the log alone, for cosign --trusted-root).\n' +
    'The password comes from STELLA_KEY_PASSWORD, COSIGN_PASSWORD or the file in STELLA_KEY_PASSWORD_FILE.',
  arguments: [],
  options: {
    prefix: { type: 'text', value: 'PREFIX', summary: 'path and first part of the file names', default: 'stella' },
    type: {
      type: 'choice',
      choices: ['p256', 'ed25519'],
      default: 'p256',
      summary: 'kind of key; every Sigstore client reads p256',
    },
    origin: {
      type: 'text',
      value: 'NAME',
      summary: 'host name of the log, yours alone: log.example.com (default: made from the key)',
    },
    'no-password': { type: 'flag', summary: 'leave the private key readable to whoever reads the file' },
    format: formatOption('table', 'json'),
  },
  examples: ['STELLA_KEY_PASSWORD_FILE=password stella key create --prefix release', 'stella key create --no-password'],
  exits: { 2: 'a file is there already', 3: 'no password was given' },
  async run(context, _args, options) {
    const files = {
      key: `${options.prefix}.key`,
      publicKey: `${options.prefix}.pub`,
      log: `${options.prefix}.tlog`,
      trustedRoot: `${options.prefix}.trusted-root.json`,
      sigstoreRoot: `${options.prefix}.sigstore-root.json`,
    };
    for (const file of Object.values(files)) {
      if (existsSync(resolve(context.cwd, file)))
        throw fail('FILE_EXISTS', `${file} is there already`, { place: { file } });
    }
    const password = options['no-password'] ? '' : await newPassword(context);
    const key = generateKey(options.type);
    const name = basename(options.prefix);
    const origin =
      options.origin ?? `log-${Buffer.from(key.keyHint, 'base64').toString('hex').slice(0, 16)}.stella.local`;
    const start = context.clock.now();
    const log = openLocalLog({ file: resolve(context.cwd, files.log), origin, create: true });
    try {
      const logs = [{ origin, keyId: log.logId, publicKey: log.publicKey, validFor: { start } }];
      const keys = [
        { hint: key.keyHint, publicKey: key.publicKey, keyDetails: key.keyDetails, validFor: { start }, name },
      ];
      await writeOutput(files.trustedRoot, writeTrust({ keys, logs }), context);
      await writeOutput(files.sigstoreRoot, writeTrustedRoot(logs), context);
    } finally {
      log.close();
    }
    await writeOutput(files.publicKey, publicKeyPem(key.publicKey), context);
    await writeOutput(files.key, writeCosignKey(key, password, randomBytes), context, 0o600);
    const result = { keyHint: key.keyHint, type: options.type, origin, encrypted: password !== '', files };
    return {
      render: {
        table: () =>
          `${columns([
            ['key id', key.keyHint],
            ['log origin', origin],
            ...Object.entries(files).map(([what, file]) => [what, file]),
            ...(password === ''
              ? [['warning', 'the private key has no password: whoever reads the file can sign']]
              : []),
          ]).join('\n')}\n`,
        json: () => `${canonicalJson(result)}\n`,
      },
    };
  },
});

async function newPassword(context: Context): Promise<string> {
  const given = await passwordFromEnvironment(context);
  if (given !== undefined) return given;
  const first = await context.askSecret('New password for the private key: ');
  if (first === undefined) throw fail('PASSWORD_MISSING', 'no password was given for the new key');
  if (first !== (await context.askSecret('The same again: '))) throw fail('USAGE', 'the two passwords differ');
  return first;
}
