import { AppError } from '@stella-ops/engine-kernel/errors';
import { QueryClient } from '@tanstack/react-query';

const RETRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A server on the same machine answers without any network.
      networkMode: 'always',
      // The event stream says what changed; the rest is for pages that were left and come back.
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < RETRIES && error instanceof AppError && error.retryable,
      retryDelay: (count) => 300 * 2 ** count,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});
