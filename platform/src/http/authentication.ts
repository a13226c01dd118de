import type { Principal } from '@stella-ops/contracts';
import type { AppError, Timestamp } from '@stella-ops/engine-kernel';

/** What a request brings to show who is calling. */
export type Credentials =
  | {
      readonly kind: 'http';
      readonly method: string;
      /** Path and query as received; DPoP proofs bind to it. */
      readonly target: string;
      readonly remoteAddress: string;
      /** DER of the client certificate, on mutual TLS. */
      readonly clientCertificate: Uint8Array | undefined;
      /**
       * When the request came; now, unless told. Of an answer that goes on, the credentials are looked at again: what
       * expires and is renewed meanwhile must have been good then, what is revoked counts no more.
       */
      readonly receivedAt?: Timestamp;
      header(name: string): string | undefined;
    }
  | {
      /** A call inside this process: the calling service says for whom it asks, and the verifier checks that too. */
      readonly kind: 'local';
      readonly principal: Principal;
    };

export type Verified =
  { readonly ok: true; readonly principal: Principal } | { readonly ok: false; readonly error: AppError };

/** Finds out who is calling. A verdict, not an exception: a forged token is an everyday answer. */
export interface Verifier {
  verify(credentials: Credentials): Promise<Verified>;
}
