import { type ByteStream, type ClientInput, createClient, fail, type Output, type Route } from '@stella-ops/contracts';
import { AppError } from '@stella-ops/engine-kernel/errors';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { readAgain } from './read-again.ts';
import { type Sent, uploadTransport } from './upload-transport.ts';

/** A file and what goes with it: the input of the route without its body. */
export interface Upload<R extends Route> {
  readonly file: File;
  readonly contentType: string;
  readonly input: Omit<ClientInput<R>, 'body'>;
}

/**
 * Sends a file to a route that takes bytes. `data` is the answer with its status, `sent` how far it is while it is
 * under way, `stop` ends it. Leaving the page ends it too.
 */
export function useUpload<const R extends Route>(route: R) {
  const client = useQueryClient();
  const [sent, setSent] = useState<Sent>();
  const stopper = useRef<AbortController>(undefined);
  useEffect(() => () => stopper.current?.abort(), []);
  const mutation = useMutation<Output<R>, AppError, Upload<R>>({
    mutationFn: async ({ file, contentType, input }) => {
      const abort = new AbortController();
      stopper.current = abort;
      setSent({ sentBytes: 0, totalBytes: file.size });
      // The transport sends the file itself; the stream is what the contract asks for, and nobody reads it.
      const body: ByteStream = { contentType, content: file.stream() };
      const routes: { readonly send: Route } = { send: route };
      const api = createClient(routes, uploadTransport(file, setSent));
      try {
        const whole = { ...input, body } as unknown as ClientInput<Route>;
        return await api.send(whole, { signal: abort.signal });
      } catch (error) {
        if (error instanceof AppError) throw error;
        // A file that was changed or removed since it was chosen cannot be read any more.
        throw fail('CALL_INVALID', abort.signal.aborted ? 'the upload was stopped' : 'the file could not be read', {
          cause: error,
        });
      }
    },
    onSettled: () => setSent(undefined),
    onSuccess: () => readAgain(client),
  });
  return { ...mutation, sent, stop: () => stopper.current?.abort() };
}
