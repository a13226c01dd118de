import type { Route } from '../route.ts';

/** A request as it crosses the wire, whichever wire it is. */
export interface WireRequest {
  readonly route: Route;
  /** Path with parameters filled in, and the query. */
  readonly target: string;
  readonly params: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<Uint8Array> | undefined;
  readonly signal?: AbortSignal;
}

export interface WireResponse {
  readonly status: number;
  header(name: string): string | undefined;
  /** Read once. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** Carries requests to a server: over HTTP, or inside one process. Both keep one contract (`transportContract`). */
export interface Transport {
  /** @throws AppError `SERVER_UNREACHABLE` when no answer came */
  send(request: WireRequest): Promise<WireResponse>;
}
