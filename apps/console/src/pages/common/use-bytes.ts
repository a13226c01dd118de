import type { ByteStream, ClientInput, Route } from '@stella-ops/contracts';
import type { AppError } from '@stella-ops/engine-kernel/errors';
import { useMutation, useQuery } from '@tanstack/react-query';
import { callApi } from '../../api/index.ts';
import { saveFile } from '../../ui/grid/save-file.ts';

/** Reads a document whole. */
export async function readBytes<const R extends Route>(
  route: R,
  input: ClientInput<R>,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const { body } = await callApi(route, input, signal === undefined ? {} : { signal });
  const parts: BlobPart[] = [];
  for await (const part of (body as ByteStream).content) parts.push(new Uint8Array(part));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Documents are known by their digest, so one that was read is not read again. */
export function useBytes<const R extends Route>(route: R, input: ClientInput<R>, isEnabled = true) {
  return useQuery<Uint8Array<ArrayBuffer>, AppError>({
    queryKey: [route.id, input, 'bytes'],
    queryFn: ({ signal }) => readBytes(route, input, signal),
    enabled: isEnabled,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Fetches a document with the person's token and saves it as a file. */
export function useDownload<const R extends Route>(route: R, type: string) {
  return useMutation<void, AppError, { readonly input: ClientInput<R>; readonly name: string }>({
    mutationFn: async ({ input, name }) => saveFile(name, type, await readBytes(route, input)),
  });
}
