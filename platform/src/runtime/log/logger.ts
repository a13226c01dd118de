import { pino } from 'pino';
import { currentContext } from '../context.ts';
import { redact } from './redact.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/** A text that is written in the source: a message with a variable in it cannot be counted or searched for. */
// A pattern such as `a${string}` makes an index signature, which `{}` fits; a literal makes a required member.
type Constant<M extends string> = {} extends Readonly<Record<M, 1>> ? never : M;

type Log = <const M extends string>(message: Constant<M>, fields?: LogFields) => void;

export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
  /** A logger whose lines carry these fields too. */
  child(fields: LogFields): Logger;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export interface LoggerOptions {
  readonly level: (typeof LOG_LEVELS)[number];
  /** Version of the product, on every line. */
  readonly release: string;
  readonly secrets: ReadonlySet<string>;
  readonly destination: { write(line: string): void };
  readonly now: () => string;
}

/** JSON lines with level, time, release, the context of the work (tenant, actor, request) and fields without secrets. */
export function createLogger(options: LoggerOptions): Logger {
  const root = pino(
    {
      level: options.level,
      base: { release: options.release },
      timestamp: () => `,"time":${JSON.stringify(options.now())}`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => currentContext(),
      // What the context says of tenant and actor cannot be overwritten by a field of the same name.
      mixinMergeStrategy: (fields, context) => ({ ...fields, ...context }),
    },
    options.destination,
  );
  const wrap = (target: pino.Logger): Logger => {
    const write =
      (level: 'debug' | 'info' | 'warn' | 'error') =>
      (message: string, fields: LogFields = {}): void => {
        if (target.isLevelEnabled(level)) target[level](redact(fields, options.secrets), message);
      };
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (fields) => wrap(target.child(redact(fields, options.secrets) as LogFields)),
    };
  };
  return wrap(root);
}
