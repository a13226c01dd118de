type Listener = (payload: string) => void;

/** Who wants what is notified on which channel. */
export class ChannelTable {
  readonly #byChannel = new Map<string, Set<Listener>>();

  add(channel: string, listener: Listener): void {
    const listeners = this.#byChannel.get(channel);
    if (listeners === undefined) this.#byChannel.set(channel, new Set([listener]));
    else listeners.add(listener);
  }

  remove(channel: string, listener: Listener): void {
    const listeners = this.#byChannel.get(channel);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#byChannel.delete(channel);
  }

  channels(): readonly string[] {
    return [...this.#byChannel.keys()];
  }

  readonly dispatch = (message: { readonly channel: string; readonly payload?: string | undefined }): void => {
    for (const listener of this.#byChannel.get(message.channel) ?? []) listener(message.payload ?? '');
  };
}
