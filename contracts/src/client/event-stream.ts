/** One message of an event stream, its data still text. */
export interface TextEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: string;
}

const MAX_MESSAGE_CHARS = 4 * 1024 * 1024;

/**
 * Reads server-sent events (WHATWG HTML, section 9.2.6). Comments are dropped. A message that the stream cuts off is
 * dropped too, as the specification asks: the reader resumes after the last whole one.
 *
 * @throws RangeError when one message is over 4 Mi characters
 */
export async function* readEventStream(content: AsyncIterable<Uint8Array>): AsyncGenerator<TextEvent, void> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  let message = new Message();
  for await (const chunk of content) {
    rest += decoder.decode(chunk, { stream: true });
    // A "\r" at the end may be half of "\r\n"; it waits for the next chunk.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length + message.size > MAX_MESSAGE_CHARS)
      throw new RangeError('a message of an event stream is too long');
    for (const line of lines) {
      if (line !== '') {
        message.add(line);
        continue;
      }
      const done = message.finish();
      message = new Message(message.lastId);
      if (done !== undefined) yield done;
    }
  }
}

class Message {
  lastId: string | undefined;
  size = 0;
  #event = '';
  #data: string[] = [];

  constructor(lastId?: string) {
    this.lastId = lastId;
  }

  add(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    this.size += line.length;
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.lastId = value;
  }

  finish(): TextEvent | undefined {
    if (this.#data.length === 0) return undefined;
    const event = { event: this.#event || 'message', data: this.#data.join('\n') };
    return this.lastId === undefined ? event : { id: this.lastId, ...event };
  }
}
