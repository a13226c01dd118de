import type { DecisionReason } from '@stella-ops/contracts/policy';
import type { VoidCode } from '@stella-ops/contracts/releases';
import type { z } from 'zod';

/** What gates are decided from. Everything here was read before; the rules only look at it. */

/** A service did not answer: never a reason to pass, always one to try again. */
export interface Unavailable {
  readonly kind: 'unavailable';
  /** Which service, as people know it. */
  readonly service: string;
  readonly message: string;
}

export interface PlatformDigests {
  readonly platform: string | null;
  readonly manifestDigest: string;
  readonly configDigest: string | null;
}

/** An image that has an inventory: what policy judges. */
export interface ScannedImage {
  readonly digest: string;
  readonly platform: string | null;
  readonly components: number;
  readonly gaps: number;
  readonly scannedAt: string;
}

/** What the scanner knows of a component's images. */
export interface ScanFact {
  readonly component: string;
  readonly scanned: readonly ScannedImage[];
  /** Platforms of the release that have no inventory and are not judged. */
  readonly unscanned: readonly PlatformDigests[];
  /** Where the scan is that was asked for because there is no inventory at all. */
  readonly missing:
    | undefined
    | { readonly kind: 'scanning'; readonly scanId: string }
    | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint: string }
    | Unavailable;
}

export interface PolicyReason extends z.infer<typeof DecisionReason> {}

export interface DecisionFact {
  readonly kind: 'decided';
  readonly decisionId: string;
  readonly outcome: 'allow' | 'deny' | 'pending';
  readonly policy: { readonly name: string; readonly version: string; readonly digest: string };
  /** The most important ones. */
  readonly reasons: readonly PolicyReason[];
  /** How many more there are. */
  readonly moreReasons: number;
  readonly evaluatedAt: string;
}

/** What policy says of one image. */
export interface PolicyFact {
  readonly component: string;
  readonly image: Pick<ScannedImage, 'digest' | 'platform'>;
  readonly answer:
    | DecisionFact
    /** It cannot decide until somebody does something. */
    | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly hint: string }
    | Unavailable;
}

/** Whether a decision is signed, logged and stored. */
export interface EvidenceFact {
  readonly component: string;
  readonly image: Pick<ScannedImage, 'digest' | 'platform'>;
  readonly decisionId: string;
  readonly packet: { readonly kind: 'sealed'; readonly packetId: string } | { readonly kind: 'missing' } | Unavailable;
}

export interface FreezeFact {
  readonly startsAt: string;
  readonly endsAt: string;
  readonly reason: string;
  readonly createdBy: string;
}

/** The environment before this one, and how far the release came there. */
export interface OrderFact {
  readonly environment: string;
  /** It has targets: what is approved for it is deployed there, and only then it has been there. */
  readonly deploys: boolean;
  readonly promotion: { readonly id: string; readonly state: string } | undefined;
}

export interface ApprovalFact {
  readonly approvalId: string;
  readonly personId: string;
  readonly personName: string;
  readonly releaseDigest: string;
  readonly policyDigest: string | null;
}

/** Who of those who approved holds the scope that approving needs, now. */
export type ApproversFact =
  /** By id of the approval; those given after the question are not in it. */
  { readonly kind: 'known'; readonly mayApprove: ReadonlyMap<string, boolean> } | Unavailable;

/** Somebody who approved and whose approval does not count any more. */
export interface LostApproval {
  readonly personId: string;
  readonly personName: string;
  /** `undefined`: by a rule of now, or not kept. */
  readonly code: VoidCode | undefined;
}
