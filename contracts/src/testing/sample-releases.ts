import type { Deployment } from '../deployments/index.ts';
import type { Gate, Promotion, Release } from '../releases/index.ts';

// What services answer, for tests; each takes what is other in a test. All is of one release of one image.

const AT = '2026-06-01T12:00:00.000Z';
const ADA = { id: '0193aaaa-0000-7000-8000-000000000001', name: 'ada' };
const RELEASE_ID = '0193aaaa-0000-7000-8000-000000000002';
// SHA-256 of their names; written out, as browsers have no synchronous hash.
const DIGESTS = {
  image: 'sha256:6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d',
  config: 'sha256:b79606fb3afea5bd1609ed40b622142f1c98125abcfe89a76a661b0e8e343910',
  release: 'sha256:a4d451ec23463726f72c43d64c710968f6b602cd653b4de8adee1b556240a829',
  decision: 'sha256:86ae35d58a6aa3b5742df94ef9d7162219f0106a911ae1954c1f0604aaec805d',
  plans: 'sha256:c404dc69b55c0692366e3f28e6d8bc2e506bedbd4f519644adb5802500d83331',
  template: 'sha256:5cde0f1298f41f7d1c8b907a36992a7a513225a2615bd6e307bf1a9149b06b40',
  plan: 'sha256:64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525',
  receipt: 'sha256:6f32860910ca0fb2a20c7fda143666b09dbf8db5238195c90a586fb542ff0cad',
} as const;
export const SAMPLE_IMAGE = DIGESTS.image;
export const SAMPLE_CONFIG = DIGESTS.config;

type ReleaseComponent = Release['components'][number];

/** The component `cart` of the release. */
export const sampleComponent = (changes: Partial<ReleaseComponent> = {}): ReleaseComponent => ({
  component: 'cart',
  repository: 'registry.test/shop/cart',
  requested: '1.2',
  indexDigest: null,
  platforms: [{ platform: null, manifestDigest: SAMPLE_IMAGE, configDigest: SAMPLE_CONFIG }],
  ...changes,
});

export const sampleRelease = (changes: Partial<Release> = {}): Release => ({
  id: RELEASE_ID,
  name: 'shop',
  version: '1.2.0',
  calendarVersion: '2026.06.01-1',
  mode: 'verified',
  components: [sampleComponent()],
  digest: DIGESTS.release,
  notes: 'not part of any statement',
  createdBy: ADA,
  createdAt: AT,
  ...changes,
});

/** Policy allows the image, by one decision. */
export const sampleGate = (changes: Partial<Gate> = {}): Gate => ({
  name: 'policy',
  component: 'cart',
  imageDigest: SAMPLE_IMAGE,
  state: 'passed',
  sentence: 'Policy allows cart',
  fix: null,
  unblockedBy: null,
  changesAt: null,
  evidence: [{ kind: 'decision', id: DIGESTS.decision }],
  reasons: [],
  evaluatedAt: AT,
  ...changes,
});

/** Waits for one approval. */
export const samplePromotion = (changes: Partial<Promotion> = {}): Promotion => ({
  id: '0193aaaa-0000-7000-8000-000000000004',
  releaseId: RELEASE_ID,
  release: 'shop 1.2.0',
  environmentId: '0193aaaa-0000-7000-8000-000000000005',
  environment: 'prod',
  state: 'pending_approval',
  sentence: '',
  reason: '',
  requestedBy: ADA,
  gates: [sampleGate()],
  approvals: [],
  requiredApprovals: 1,
  packetId: null,
  version: 1,
  requestedAt: AT,
  updatedAt: AT,
  decidedAt: null,
  expiresAt: '2026-07-01T12:00:00.000Z',
  ...changes,
});

/** Of {@link samplePromotion}; ended well, on no target. */
export const sampleDeployment = (changes: Partial<Deployment> = {}): Deployment => ({
  id: '0193aaaa-0000-7000-8000-000000000003',
  promotionId: '0193aaaa-0000-7000-8000-000000000004',
  releaseId: RELEASE_ID,
  release: 'shop 1.2.0',
  environmentId: '0193aaaa-0000-7000-8000-000000000005',
  environment: 'prod',
  kind: 'deploy',
  strategy: 'all_at_once',
  state: 'succeeded',
  sentence: '',
  planDigest: DIGESTS.plans,
  templateDigest: DIGESTS.template,
  startedBy: ADA,
  reason: '',
  previousReleaseId: null,
  packetId: null,
  bundleDigest: null,
  version: 1,
  createdAt: AT,
  updatedAt: AT,
  finishedAt: AT,
  tasks: [],
  ...changes,
});

/** One target of {@link sampleDeployment}, done. */
export const sampleTask = (changes: Partial<Deployment['tasks'][number]> = {}): Deployment['tasks'][number] => ({
  id: '0193aaaa-0000-7000-8000-000000000006',
  targetId: '0193aaaa-0000-7000-8000-000000000007',
  target: 'web-1',
  batch: 1,
  kind: 'deploy',
  state: 'succeeded',
  attempt: 1,
  fencingToken: 1,
  planDigest: DIGESTS.plan,
  steps: [],
  output: 'not part of any statement',
  receiptDigest: DIGESTS.receipt,
  startedAt: AT,
  finishedAt: AT,
  ...changes,
});
