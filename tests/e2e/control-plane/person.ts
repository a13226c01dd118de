import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CliRun, stella } from '@stella-ops/testkit';

/** A person at a terminal of their own: every command is a process, and logins are kept in their own folder. */
export class Person {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(folder: string, env: Readonly<Record<string, string | undefined>> = {}) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#env = env;
  }

  /** A file in the folder where the commands run. */
  file(name: string): string {
    return join(this.#folder, name);
  }

  run(words: readonly string[], more: { readonly prefix?: readonly string[]; readonly stdin?: string } = {}) {
    const env = {
      XDG_CONFIG_HOME: join(this.#folder, 'config'),
      STELLA_SERVER: undefined,
      STELLA_TOKEN: undefined,
      STELLA_PASSWORD: undefined,
      ...this.#env,
    };
    return stella(words, { cwd: this.#folder, env, timeoutMs: 120_000, ...more });
  }

  /** The JSON output of a command that must end with this exit code. */
  async json<T>(words: readonly string[], exit = 0): Promise<T> {
    const run = await this.run([...words, '--format', 'json']);
    if (run.exit !== exit) throw new Error(`stella ${words.join(' ')} ended with ${run.exit}: ${textOf(run)}`);
    return JSON.parse(run.stdout) as T;
  }

  async approve(promotion: string, reason: string): Promise<void> {
    const run = await this.run(['promotion', 'approve', promotion, '--reason', reason]);
    // Deployed by itself, it may have failed by now.
    if (run.exit !== 0 && run.exit !== 6) throw new Error(`${promotion} cannot be approved: ${textOf(run)}`);
  }

  async logIn(server: string, tenant: string, user: string, password: string): Promise<void> {
    const words = ['login', '--server', server, '--tenant', tenant, '--user', user, '--password-file', '-'];
    const run = await this.run(words, { stdin: password });
    if (run.exit !== 0) throw new Error(`${user} cannot log in: ${textOf(run)}`);
  }
}

const textOf = ({ stdout, stderr }: CliRun): string => `${stderr}\n${stdout}`.slice(0, 2000);
