import { Slug } from '@stella-ops/contracts';
import { defineConfig, masterKeySettings } from '@stella-ops/platform/runtime';
import * as z from 'zod';

const LOOPBACK = ['127.0.0.1', 'localhost'];

export const AUTHORITY_CONFIG = defineConfig({
  summary: 'Tenants, users, tokens and the OIDC issuer',
  schema: z.strictObject({
    issuer: z
      .url({ protocol: /^https?$/ })
      .default('http://127.0.0.1:8080/oidc')
      .describe('Address of the OIDC issuer as browsers and clients reach it; its path is always /oidc'),
    consoleRedirectUris: z
      .array(z.url({ protocol: /^https?$/ }))
      .default([])
      .describe('Where the console takes its codes; empty for /login/callback beside the issuer'),
    tenant: Slug.default('demo').describe('Name of the tenant made at the first start'),
    demoUsers: z
      .boolean()
      .default(false)
      .describe('Make rosa (release manager) and sam (approver, security engineer) at the first start'),
    ...masterKeySettings('what the issuer keeps'),
    secretsDir: z
      .string()
      .min(1)
      .default('.stella/secrets')
      .describe('Folder of the secrets of this installation: first passwords, master key'),
    loginDays: z.int().min(1).max(90).default(14).describe('A login lasts this long at most, in days'),
    signingKeyDays: z.int().min(1).max(366).default(60).describe('A new signing key is made after this many days'),
    requestsPerSecond: z
      .int()
      .min(1)
      .max(10_000)
      .default(20)
      .describe('Requests to the issuer from one address, each second on average'),
  }),
});

export type AuthorityConfig = z.output<typeof AUTHORITY_CONFIG.schema>;

export function consoleRedirectUrisOf({ issuer, consoleRedirectUris }: AuthorityConfig): readonly string[] {
  if (consoleRedirectUris.length > 0) return consoleRedirectUris;
  const callback = new URL('/login/callback', issuer);
  // On a laptop the same server goes by both names.
  const names = LOOPBACK.includes(callback.hostname) ? LOOPBACK : [callback.hostname];
  return names.map((name) => Object.assign(new URL(callback), { hostname: name }).href);
}
