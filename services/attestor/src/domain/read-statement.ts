import { readStatement, type Statement, STATEMENT_TYPE } from '@stella-ops/engine-envelope';
import { AppError, canonicalBytes, isObject, parseJson } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';

/** Leaves room for base64 and the JSON around it in a request of 1 MiB. */
export const MAX_STATEMENT_BYTES = 700_000;

/**
 * Reads what is to be signed. Only the canonical form is taken: what is signed here is then one text for one meaning, to
 * whoever reads it.
 *
 * @throws AppError `STATEMENT_INVALID` with its place
 */
export function readStatementToSign(bytes: Buffer): Statement {
  if (bytes.length > MAX_STATEMENT_BYTES) {
    throw invalid(`a statement of ${bytes.length} bytes is over the limit of ${MAX_STATEMENT_BYTES}`);
  }
  let value: unknown;
  try {
    value = parseJson(bytes, 'statement');
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw fail('STATEMENT_INVALID', cause.message, {
      cause,
      ...(cause.place === undefined ? {} : { place: cause.place }),
    });
  }
  const statement = readStatement(bytes);
  if (!statement.ok) throw invalid(statement.detail);
  if (!isObject(value) || value['_type'] !== STATEMENT_TYPE) throw invalid(`_type is not ${STATEMENT_TYPE}`, '/_type');
  if (!canonicalBytes(value).equals(bytes)) throw invalid('the statement is not in RFC 8785 form');
  return statement.value;
}

const invalid = (message: string, pointer = '') =>
  fail('STATEMENT_INVALID', message, { place: { file: 'statement', pointer } });
