import { AppError, EXIT } from '@stella-ops/engine-kernel/errors';
import { expect, test } from 'vitest';
import { errorOfProblem, problemOf, Problem } from './problem.ts';

const row = { status: 409, exit: EXIT.denied, hint: 'Choose another.' };
const over = (error: AppError, known = {}) =>
  errorOfProblem(Problem.parse(JSON.parse(JSON.stringify(problemOf(error, 't')))), known);

test('an error survives the wire: code, status, hint, place, violations', () => {
  const sent = new AppError('CRATE_EXISTS', row, 'there is a crate "a"', {
    place: { line: 3, column: 4 },
    details: { violations: [{ pointer: '/name', message: 'taken' }] },
  });
  const got = over(sent, { CRATE_EXISTS: row });
  expect(got).toMatchObject({
    code: 'CRATE_EXISTS',
    status: 409,
    message: 'there is a crate "a"',
    hint: 'Choose another.',
  });
  expect(got.exit).toBe(EXIT.denied);
  expect(got.place).toEqual({ line: 3, column: 4 });
  expect(got.details['violations']).toEqual([{ pointer: '/name', message: 'taken' }]);
});

test('what an internal error says stays inside: sentence, place and violations', () => {
  const secret = 'connect 10.0.0.1:5432 password=hunter2';
  const error = new AppError(
    'DATABASE_DOWN',
    { status: 503, exit: EXIT.retry, retryable: true, hint: 'Try again.' },
    secret,
    {
      place: { file: '/etc/stella/db.yaml', line: 1 },
      details: { violations: [{ pointer: '/x', message: secret }] },
    },
  );
  const text = JSON.stringify(problemOf(error, 't'));
  expect(text).not.toContain('hunter2');
  expect(text).not.toContain('/etc/stella');
  expect(problemOf(error, 't')).toMatchObject({
    code: 'DATABASE_DOWN',
    detail: 'Try again.',
    retryable: true,
    violations: [],
  });
});

test('the file of a place is not told', () => {
  const error = new AppError('JSON_INVALID', { ...row, status: 422 }, 'not JSON', {
    place: { file: '/srv/x', line: 1 },
  });
  expect(problemOf(error, 't').place).toEqual({ line: 1 });
});

test('an unknown code gets its exit code from the status', () => {
  const exits = [401, 403, 404, 410, 422, 429, 503, 500].map((status) => {
    const problem = { ...problemOf(new AppError('NEW_CODE', { ...row, status }, 'x'), 't'), status };
    return errorOfProblem(problem, {}).exit;
  });
  expect(exits).toEqual([3, 3, 4, 4, 2, 10, 10, 1]);
});

test('a code that is a name of Object.prototype finds no row', () => {
  const problem = problemOf(new AppError('constructor', row, 'x'), 't');
  expect(errorOfProblem(problem, {}).exit).toBe(EXIT.invalid);
});
