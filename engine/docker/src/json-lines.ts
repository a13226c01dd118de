import { fail } from './errors.ts';

const MAX_LINE_BYTES = 1024 * 1024;

/**
 * The JSON documents of a stream, one on each line, as the Engine tells progress and events. What is no JSON is an
 * error, a last line without an end is read too.
 *
 * @throws AppError `DOCKER_ANSWER_INVALID`
 */
export async function* jsonLines(body: AsyncIterable<Uint8Array>, file: string): AsyncGenerator {
  let rest = Buffer.alloc(0);
  const parse = (line: Buffer): unknown => {
    try {
      return JSON.parse(line.toString('utf8')) as unknown;
    } catch (cause) {
      throw fail('DOCKER_ANSWER_INVALID', 'a line of the answer is not JSON', { place: { file }, cause });
    }
  };
  for await (const chunk of body) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10, start)) {
      const line = rest.subarray(start, end);
      start = end + 1;
      if (line.some((byte) => byte > 32)) yield parse(line);
    }
    rest = rest.subarray(start);
    if (rest.length > MAX_LINE_BYTES) {
      throw fail('DOCKER_ANSWER_INVALID', `a line of the answer is longer than ${MAX_LINE_BYTES} bytes`, {
        place: { file },
      });
    }
  }
  if (rest.some((byte) => byte > 32)) yield parse(rest);
}
