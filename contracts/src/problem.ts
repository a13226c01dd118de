import { AppError, EXIT, type ErrorRow, type ExitCode, type Place } from '@stella-ops/engine-kernel/errors';
import * as z from 'zod';
import { API_ERRORS, type ErrorTable } from './errors.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

const Violation = z.object({ pointer: z.string(), message: z.string() });

/** RFC 9457 problem details with the product's extension members. `detail` is for people, `code` for programs. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    hint: z.string(),
    retryable: z.boolean(),
    traceId: z.string(),
    violations: z.array(Violation),
    /** Where in the document that was sent. */
    place: z
      .object({
        line: z.int().optional(),
        column: z.int().optional(),
        pointer: z.string().optional(),
        offset: z.int().optional(),
      })
      .optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

/**
 * The problem that an error becomes on the wire. Sentences of errors with status 500 and above stay in the log: they
 * may name hosts, files and statements. So does the file of a place.
 */
export function problemOf(error: AppError, traceId: string): Problem {
  const isInternal = error.status >= 500;
  const place = isInternal ? undefined : wirePlace(error.place);
  return {
    type: `urn:stella:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: titleOf(error.code),
    status: error.status,
    detail: isInternal ? error.hint : error.message,
    code: error.code,
    hint: error.hint,
    retryable: error.retryable,
    traceId,
    violations: isInternal ? [] : violationsOf(error),
    ...(place === undefined ? {} : { place }),
  };
}

/** The error that a problem stands for. The exit code comes from the tables, else from the status. */
export function errorOfProblem(problem: Problem, known: ErrorTable): AppError {
  const table = Object.hasOwn(known, problem.code) ? known : (API_ERRORS as ErrorTable);
  const row = Object.hasOwn(table, problem.code) ? table[problem.code] : undefined;
  const told: ErrorRow = {
    status: problem.status,
    exit: row?.exit ?? exitOfStatus(problem.status),
    retryable: problem.retryable,
    hint: problem.hint,
  };
  return new AppError(problem.code, told, problem.detail, {
    ...(problem.place === undefined ? {} : { place: withoutUndefined(problem.place) }),
    details: { traceId: problem.traceId, violations: problem.violations },
  });
}

function exitOfStatus(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.verification;
  if (status === 404 || status === 410) return EXIT.notFound;
  if (status === 408 || status === 429 || status === 502 || status === 503 || status === 504) return EXIT.retry;
  return status < 500 ? EXIT.invalid : EXIT.unexpected;
}

/** `RELEASE_NOT_FOUND` → `Release not found`. */
function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function violationsOf(error: AppError): Problem['violations'] {
  const parsed = z.array(Violation).safeParse(error.details['violations']);
  return parsed.success ? parsed.data.slice(0, 100) : [];
}

function wirePlace(place: Place | undefined): Problem['place'] {
  if (place === undefined) return undefined;
  const { file: _file, ...rest } = place;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function withoutUndefined(place: NonNullable<Problem['place']>): Place {
  return Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
}
