const MOST_BYTES = 65_536;
const CUT = '[earlier output was cut]\n';

/** The last lines of what programs and pulls say: 64 KiB, without what would steer a terminal. */
export class OutputTail {
  #text = '';

  add(text: string): void {
    // eslint-disable-next-line no-control-regex
    const plain = text.toWellFormed().replace(/\x1b\[[\d;?]{0,20}[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]/g, '');
    this.#text += plain;
    if (this.#text.length <= MOST_BYTES) return;
    const room = MOST_BYTES - CUT.length;
    const from = this.#text.indexOf('\n', this.#text.length - room) + 1;
    this.#text = CUT + this.#text.slice(from === 0 ? this.#text.length - room : from).toWellFormed();
  }

  get text(): string {
    return this.#text;
  }
}
