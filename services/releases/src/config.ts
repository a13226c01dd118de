import { join } from 'node:path';
import { defineConfig } from '@stella-ops/platform/runtime';
import * as z from 'zod';

export const RELEASES_CONFIG = defineConfig({
  summary: 'Components, environments, releases, promotions, deployments and agents',
  schema: z.strictObject({
    promotionDays: z
      .int()
      .min(1)
      .max(365)
      .default(14)
      .describe('Days after which a promotion that was not approved ends by itself'),
    secretsDir: z
      .string()
      .min(1)
      .default('.stella/secrets')
      .describe('Folder of the secrets of this installation; the master key is made here when nothing is sealed yet'),
    masterKeyFile: z
      .string()
      .default('')
      .describe(
        'File with the master key that seals the key of the agent authority; empty for master-key in secretsDir',
      ),
    agentAddress: z
      .url()
      .default('https://localhost:8082')
      .describe('Where agents dial in, as people are told who enrol one; made from http.agentHost and http.agentPort'),
    agentCertificateDays: z
      .int()
      .min(1)
      .max(365)
      .default(30)
      .describe('Life of the certificate of an agent, which renews it after two thirds'),
    leaseSeconds: z
      .int()
      .min(1)
      .max(3600)
      .default(30)
      .describe('How long an agent that falls silent keeps a task before it is given out again'),
    staleSeconds: z
      .int()
      .min(1)
      .max(86_400)
      .default(75)
      .describe('After how much silence a target or agent is stale; agents tell twice a minute'),
  }),
});

export function masterKeyFileOf({
  secretsDir,
  masterKeyFile,
}: {
  readonly secretsDir: string;
  readonly masterKeyFile: string;
}): string {
  return masterKeyFile === '' ? join(secretsDir, 'master-key') : masterKeyFile;
}
