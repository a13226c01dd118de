import { fail, type Transport, type WireRequest, type WireResponse } from '@stella-ops/contracts';
import { session } from './session.ts';

/** How far an upload is. Once all bytes are sent, the server works on them. */
export interface Sent {
  readonly sentBytes: number;
  readonly totalBytes: number;
}

/**
 * Sends a file from where it lies, without a copy in memory, and says how much is sent: `fetch` can do neither over
 * HTTP/1.1. There is no limit of time: the answer to a large archive comes when all of it is read.
 */
export function uploadTransport(file: Blob, onSent: (sent: Sent) => void): Transport {
  return {
    async send(request) {
      const token = await session.accessToken();
      const answer = await sendFile(request, file, token, onSent);
      if (answer.status !== 401) return answer;
      // A login that an administrator changed needs a new token; the second refusal is the answer.
      return sendFile(request, file, await session.accessToken(token), onSent);
    },
  };
}

function sendFile(
  { route, target, headers, signal }: WireRequest,
  file: Blob,
  token: string,
  onSent: (sent: Sent) => void,
): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    request.open(route.method, target);
    request.responseType = 'arraybuffer';
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader('authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded }) => onSent({ sentBytes: loaded, totalBytes: file.size });
    request.onload = () => resolve(answerOf(request));
    request.onerror = () => reject(fail('SERVER_UNREACHABLE', 'the connection broke while the file was being sent'));
    request.onabort = () => reject(signal?.reason instanceof Error ? signal.reason : new Error('stopped'));
    request.onloadend = () => signal?.removeEventListener('abort', stop);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted === true) stop();
    else request.send(file);
  });
}

function answerOf(request: XMLHttpRequest): WireResponse {
  const body = new Uint8Array(request.response as ArrayBuffer);
  return {
    status: request.status,
    header: (name) => request.getResponseHeader(name) ?? undefined,
    content: (async function* () {
      yield await Promise.resolve(body);
    })(),
  };
}
