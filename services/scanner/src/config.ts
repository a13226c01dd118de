import { defineConfig, secret } from '@stella-ops/platform/runtime';
import * as z from 'zod';

const GIB = 1024 ** 3;

const registry = z.strictObject({
  host: z
    .string()
    .regex(/^[A-Za-z0-9[][A-Za-z0-9.:[\]-]{0,260}$/)
    .describe('host or host:port, as image references name it; docker.io for the default registry'),
  isPlainHttp: z.boolean().default(false).describe('spoken to without TLS'),
  username: z.string().max(300).optional().describe('name to log in with; anonymous when left out'),
  password: secret(z.string().max(10_000).optional()).describe('password or token that belongs to the name'),
});

export const SCANNER_CONFIG = defineConfig({
  summary: 'Reads images and keeps what is in them.',
  schema: z.strictObject({
    registries: z
      .array(registry)
      .max(200)
      .default([])
      .describe('registries that the operator knows; only these may lie in private networks and get credentials'),
    allowAnyRegistry: z
      .boolean()
      .default(true)
      .describe('also read from registries that are not listed, over TLS and at public addresses'),
    attempts: z.int().min(1).max(10).default(4).describe('how often a scan is tried while the registry fails'),
    scanTimeoutSeconds: z.int().min(5).max(86_400).default(900).describe('longest time for one attempt'),
    maxImageBytes: z
      .int()
      .min(1024)
      .max(1024 * GIB)
      .default(16 * GIB)
      .describe('stored bytes of all layers of an image; also what an uploaded archive may unpack to'),
    maxLayerBytes: z
      .int()
      .min(1024)
      .max(1024 * GIB)
      .default(16 * GIB)
      .describe('uncompressed bytes of one layer'),
    maxUploadBytes: z
      .int()
      .min(1024)
      .max(4 * GIB)
      .default(4 * GIB)
      .describe('bytes of an uploaded archive'),
    maxSbomBytes: z
      .int()
      .min(1024)
      .max(256 * 1024 ** 2)
      .default(64 * 1024 ** 2)
      .describe('bytes of an uploaded SBOM; it is read in one piece'),
    workFolder: z
      .string()
      .max(4096)
      .default('')
      .describe('folder for archives while they are scanned; the folder for temporary files of the system when empty'),
  }),
});

export type ScannerConfig = z.output<(typeof SCANNER_CONFIG)['schema']>;
