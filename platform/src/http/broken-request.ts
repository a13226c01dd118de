import { fail, PROBLEM_MEDIA_TYPE, problemOf } from '@stella-ops/contracts';
import type { AppError } from '@stella-ops/engine-kernel';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** Answers bytes that are no HTTP request, or headers that are too many or too slow, and closes the connection. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  // Without a finished handshake nothing can be said, and the end of the connection would wait for it.
  const isUnsecured = /^ERR_(?:SSL|TLS)_/.test(error.code ?? '');
  if (isUnsecured || error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const problem = problemOf(problemFor(error), '0'.repeat(32));
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function problemFor(error: NodeJS.ErrnoException): AppError {
  if (error.code === 'HPE_HEADER_OVERFLOW') return fail('HEADERS_TOO_LARGE', 'the headers are too large');
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return fail('BODY_TOO_SLOW', 'the request did not arrive in time');
  return fail('REQUEST_MALFORMED', 'the bytes received are no HTTP request');
}
