import type { ByteStream } from '@stella-ops/contracts';
import { digestOf } from '@stella-ops/engine-kernel';
import { type ArgumentSpec, type Command, defineCommand, type OptionSpec, OUTPUT_OPTION } from '../command.ts';
import type { OptionValues } from '../command.ts';
import { fail } from '../errors.ts';
import { collect } from './bytes.ts';
import { SERVER_EXITS, SERVER_OPTION } from './server-command.ts';
import { openSession, type Session } from './session.ts';

const COMMON = { server: SERVER_OPTION, output: OUTPUT_OPTION } as const;

interface DownloadCommand<O extends Readonly<Record<string, OptionSpec>>> {
  readonly description: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly options?: O;
  readonly examples: readonly string[];
  run(session: Session, args: readonly string[], options: OptionValues<O>): Promise<Buffer>;
}

/** A command that prints a document of the server byte for byte, or writes it to `--output`. */
export function defineDownloadCommand<const O extends Readonly<Record<string, OptionSpec>> = {}>(
  spec: DownloadCommand<O>,
): Command<O & typeof COMMON> {
  return defineCommand<O & typeof COMMON>({
    description: spec.description,
    arguments: spec.arguments,
    options: { ...(spec.options ?? ({} as O)), ...COMMON },
    examples: spec.examples,
    exits: SERVER_EXITS,
    async run(context, args, options) {
      const { server, format = 'bytes' } = options as { readonly server?: string; readonly format?: string };
      const bytes = await spec.run(await openSession(context, server), args, options);
      return { render: { [format]: () => bytes } };
    },
  });
}

/**
 * The whole of a download that has this digest.
 *
 * @throws AppError `DOWNLOAD_DAMAGED`
 */
export async function collectExactly(stream: ByteStream, digest: string): Promise<Buffer> {
  const bytes = await collect(stream);
  if (digestOf(bytes) !== digest) throw fail('DOWNLOAD_DAMAGED', `${digest} arrived with other bytes`);
  return bytes;
}
