import { type Client, createClient, type Transport } from '@stella-ops/contracts';
import { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import type { Identity } from '../identity/identity.ts';
import { type HttpsTransport, httpsTransport } from './https-transport.ts';

/** Requests under way when the certificate changes go to their end on the connections they have. */
const LINGER_MS = 60_000;

/** The agent's way to its server. It dials out; nothing listens. */
export class Link {
  readonly routes: Client<typeof AGENT_ROUTES>;
  #transport: HttpsTransport;

  constructor(identity: Identity) {
    this.#transport = httpsTransport(identity);
    const current: Transport = { send: (request) => this.#transport.send(request) };
    this.routes = createClient(AGENT_ROUTES, current);
  }

  /** From now on with another certificate. */
  use(identity: Identity): void {
    const before = this.#transport;
    this.#transport = httpsTransport(identity);
    setTimeout(() => before.close(), LINGER_MS).unref();
  }

  close(): void {
    this.#transport.close();
  }
}
