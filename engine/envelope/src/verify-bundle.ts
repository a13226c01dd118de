import { createHash } from 'node:crypto';
import { type Digest, digestOf, hexOf, type Timestamp } from '@stella-ops/engine-kernel';
import { type Bundle, bundleBytes, BUNDLE_MEDIA_TYPE } from './bundle.ts';
import { type Check, failed, missing, passed, skipped } from './checks.ts';
import { pae } from './dsse.ts';
import { readHashedRekord } from './hashedrekord.ts';
import type { LogEntry } from './log-entry.ts';
import { verifySignature } from './public-key.ts';
import { readBundle } from './read-bundle.ts';
import { IN_TOTO_PAYLOAD_TYPE, readStatement, type Statement } from './statement.ts';
import type { TrustedKey, TrustMaterial } from './trust.ts';
import { outsideOf } from './validity.ts';
import { type LogVerdict, verifyLogEntry } from './verify-log-entry.ts';

export interface VerifyOptions {
  readonly trust: TrustMaterial;
  /** `required`: without an entry in a trusted log the bundle is unverifiable. */
  readonly log: 'required' | 'optional';
  /** What the bundle must be about. A message signature cannot be verified without the bytes. */
  readonly artifact?: { readonly digest: Digest } | { readonly bytes: Uint8Array };
  readonly expect?: { readonly predicateType?: string };
  /**
   * Time of the signature, as known from elsewhere: bundles of ours tell none. Key and log must have been valid then. Absent:
   * periods are not looked at, so a key that signs no more still counts.
   */
  readonly at?: Timestamp;
  /** Only bundles in exactly the form that `createBundle` writes: any changed bit fails a check. */
  readonly strict?: boolean;
}

export type Verification =
  | {
      readonly ok: true;
      readonly keyHint: string;
      readonly keyName?: string;
      /** The verified payload of an envelope: use these bytes and no others. */
      readonly payload?: Buffer;
      readonly statement?: Statement;
      readonly log?: NonNullable<LogVerdict['log']>;
      readonly checks: readonly Check[];
    }
  | {
      readonly ok: false;
      /** `invalid`: something in it is wrong. `unverifiable`: nothing is, but trust or evidence is lacking. */
      readonly status: 'invalid' | 'unverifiable';
      readonly checks: readonly Check[];
      /** What decided. */
      readonly failed: Check;
    };

/**
 * Verifies a Sigstore bundle that a managed key signed. Reads as its specification: one named check a step, and all that
 * can be done are done. Bundles signed with a certificate are unverifiable here.
 *
 * @throws AppError `ENCODING_INVALID` when `at` is no time; whatever is in the bundle is a verdict
 */
export function verifyBundle(bytes: Uint8Array, options: VerifyOptions): Verification {
  const read = readBundle(bytes);
  if (!read.ok) return conclude([failed('format', read.detail)], {});
  const bundle = read.value;
  const message = signedMessage(bundle, options.artifact);

  const form = options.strict === true ? [checkForm(bundle, bytes)] : [];
  const { key, check: keyCheck } = findKey(bundle, options);
  const signature = checkSignature(bundle, message, key);
  const log = checkLog(bundle, message, key, options);
  const { statement, check: statementCheck } = checkStatement(bundle);
  const subject = checkSubject(bundle, statement, options.artifact);
  const predicateType = checkPredicateType(statement, options.expect?.predicateType);

  const checks = [
    passed('format', bundle.mediaType),
    ...form,
    keyCheck,
    signature,
    ...log.checks,
    statementCheck,
    subject,
    predicateType,
  ];
  return conclude(checks, { bundle, key, statement, log: log.log });
}

/** What was signed; undefined when that is an artefact whose bytes are not here. */
function signedMessage({ content }: Bundle, artifact: VerifyOptions['artifact']): Uint8Array | undefined {
  if (content.kind === 'envelope') return pae(content.envelope.payloadType, content.envelope.payload);
  return artifact !== undefined && 'bytes' in artifact ? artifact.bytes : undefined;
}

function checkForm(bundle: Bundle, bytes: Uint8Array): Check {
  if (bundle.mediaType !== BUNDLE_MEDIA_TYPE) return failed('form', `the media type is not ${BUNDLE_MEDIA_TYPE}`);
  if (Buffer.compare(bundleBytes(bundle), bytes) !== 0) {
    return failed('form', 'the bytes are not those that this content is written as');
  }
  const { content, entries } = bundle;
  if (content.kind === 'envelope' && content.envelope.signatures.some(({ keyid }) => keyid !== '')) {
    return failed('form', 'the envelope names a key');
  }
  // No signature covers this number, so none but the one we write may stand there.
  if (entries.some(({ integratedTime }) => integratedTime !== 0n)) return failed('form', 'a log entry states a time');
  return passed('form', 'canonical, nothing unaccounted for');
}

function findKey(bundle: Bundle, { trust, at }: VerifyOptions): { key: TrustedKey | undefined; check: Check } {
  const { keyHint } = bundle;
  if (keyHint === undefined) {
    return { key: undefined, check: missing('key', 'the signer is named by a certificate; only keys are supported') };
  }
  const named = trust.keys.filter(({ hint }) => hint === keyHint);
  const [first] = named;
  if (first === undefined) return { key: undefined, check: missing('key', unknownKey(keyHint, trust)) };
  // One key may be listed for several periods.
  const key = named.find(({ validFor }) => outsideOf(validFor, at) === undefined);
  if (key === undefined) return { key: first, check: failed('key', `the key is ${outsideOf(first.validFor, at)}`) };
  const { end } = key.validFor ?? {};
  const retired = end === undefined ? '' : `, which signed until ${end}`;
  const period = key.validFor !== undefined && at === undefined ? `${retired}; its period was not looked at` : '';
  return { key, check: passed('key', `the key is ${key.name ?? key.hint}${period}`) };
}

/** Keys are replaced: who verifies with a trusted root of before has to hear what to do. */
function unknownKey(hint: string, { keys }: TrustMaterial): string {
  const sentence = `no trusted key has the hint ${hint}`;
  return keys.length === 0
    ? sentence
    : `${sentence}; if the signer has rotated its key since, get the new trusted root`;
}

function checkSignature({ content }: Bundle, message: Uint8Array | undefined, key: TrustedKey | undefined): Check {
  if (key === undefined) return skipped('signature', 'there is no key to verify it with');
  if (message === undefined) return missing('signature', 'the bytes of the artefact are needed');
  if (!verifySignature(key.publicKey, message, signatureOf(content))) {
    return failed('signature', 'the signature is not of this key over this content');
  }
  return passed('signature', `${key.keyDetails} over ${content.kind === 'envelope' ? 'the envelope' : 'the artefact'}`);
}

function checkLog(
  bundle: Bundle,
  message: Uint8Array | undefined,
  key: TrustedKey | undefined,
  options: VerifyOptions,
): LogVerdict {
  const isRequired = options.log === 'required';
  if (bundle.entries.length === 0) {
    const check = isRequired ? missing : skipped;
    return { checks: [check('log', 'the bundle has no log entry')] };
  }
  const strict = options.strict === true;
  const at = options.at === undefined ? {} : { at: options.at };
  const verdicts = bundle.entries.map((entry) => verifyLogEntry(entry, { logs: options.trust.logs, strict, ...at }));
  const checks = [
    ...verdicts.flatMap((verdict) => verdict.checks),
    ...bundle.entries.map((entry) => checkEntry(entry, bundle, message, key)),
  ];
  const log = verdicts.find((verdict) => verdict.log !== undefined)?.log;
  // An entry of an unknown log is no fault where no entry is asked for; but what nobody verifies may have been changed.
  const canPass = !isRequired && !strict;
  return {
    checks: canPass
      ? checks.map((check) => (check.state === 'missing' ? { ...check, state: 'skipped' } : check))
      : checks,
    ...(log === undefined ? {} : { log }),
  };
}

/** Without this step any valid entry of the log would do as proof (GHSA-whqx-f9j3-ch6m). */
function checkEntry(
  { kind, version, body }: LogEntry,
  { content }: Bundle,
  message: Uint8Array | undefined,
  key: TrustedKey | undefined,
): Check {
  if (kind !== 'hashedrekord' || (version !== '0.0.1' && version !== '0.0.2')) {
    return missing('log-entry', `entries of kind ${kind} ${version} are not supported`);
  }
  const read = readHashedRekord(body, version);
  if (!read.ok) return failed('log-entry', read.detail);
  const entry = read.value;
  const digest = content.kind === 'message' ? content.message.digest : sha256(message ?? Buffer.alloc(0));
  if (!entry.digest.equals(digest)) return failed('log-entry', 'the entry is about another digest');
  if (!entry.signature.equals(signatureOf(content))) return failed('log-entry', 'the entry has another signature');
  if (key === undefined) return skipped('log-entry', 'there is no key to compare with the entry');
  if (entry.key?.hint !== key.hint) return failed('log-entry', 'the entry names another signer');
  return passed('log-entry', 'digest, signature and key are those of the bundle');
}

function checkStatement({ content }: Bundle): { statement: Statement | undefined; check: Check } {
  if (content.kind === 'message') {
    return { statement: undefined, check: skipped('statement', 'the signature is over an artefact') };
  }
  const { payloadType, payload } = content.envelope;
  if (payloadType !== IN_TOTO_PAYLOAD_TYPE) {
    return { statement: undefined, check: skipped('statement', `the payload is of type ${payloadType}`) };
  }
  const read = readStatement(payload);
  if (!read.ok) return { statement: undefined, check: failed('statement', read.detail) };
  return { statement: read.value, check: passed('statement', read.value.predicateType) };
}

function checkSubject(
  { content }: Bundle,
  statement: Statement | undefined,
  artifact: VerifyOptions['artifact'],
): Check {
  if (artifact === undefined) return skipped('subject', 'no artefact was given');
  const digest = 'bytes' in artifact ? digestOf(artifact.bytes) : artifact.digest;
  const hex = hexOf(digest);
  if (content.kind === 'message') {
    const isSame = content.message.digest.toString('hex') === hex;
    return isSame ? passed('subject', digest) : failed('subject', `the signature is not over ${digest}`);
  }
  if (statement === undefined) return missing('subject', 'the payload names no subjects');
  const subject = statement.subjects.find((one) => one.digest['sha256'] === hex);
  if (subject === undefined) return failed('subject', `the statement does not speak of ${digest}`);
  return passed('subject', `${subject.name} ${digest}`);
}

function checkPredicateType(statement: Statement | undefined, expected: string | undefined): Check {
  if (expected === undefined) return skipped('predicate-type', 'no type was expected');
  if (statement === undefined) return missing('predicate-type', 'there is no statement');
  if (statement.predicateType !== expected) return failed('predicate-type', `it is ${statement.predicateType}`);
  return passed('predicate-type', expected);
}

function conclude(
  checks: readonly Check[],
  found: { bundle?: Bundle; key?: TrustedKey | undefined; statement?: Statement | undefined; log?: LogVerdict['log'] },
): Verification {
  const wrong = checks.find(({ state }) => state === 'failed');
  const lacking = wrong ?? checks.find(({ state }) => state === 'missing');
  if (lacking !== undefined) {
    return { ok: false, status: wrong === undefined ? 'unverifiable' : 'invalid', checks, failed: lacking };
  }
  const { bundle, key, statement, log } = found;
  if (bundle === undefined || key === undefined) throw new Error('a bundle without a key cannot pass');
  return {
    ok: true,
    keyHint: key.hint,
    ...(key.name === undefined ? {} : { keyName: key.name }),
    ...(bundle.content.kind === 'envelope' ? { payload: bundle.content.envelope.payload } : {}),
    ...(statement === undefined ? {} : { statement }),
    ...(log === undefined ? {} : { log }),
    checks,
  };
}

function signatureOf(content: Bundle['content']): Buffer {
  return content.kind === 'message'
    ? content.message.signature
    : (content.envelope.signatures[0]?.sig ?? Buffer.alloc(0));
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
