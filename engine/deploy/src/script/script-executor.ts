import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { type HookName, LABELS, type ScriptPlan } from '@stella-ops/engine-compose';
import { fail } from '../errors.ts';
import type { Executor, ObservedContainer, ReceiptService, Step, StepContext, StepFacts } from '../types.ts';
import { planScript, undoScript } from './plan-script.ts';
import {
  currentFolder,
  folderOf,
  installedRelease,
  isUnpacked,
  makeFolder,
  pathOf,
  pruneFolders,
  recordRelease,
  switchTo,
} from './release-folder.ts';
import { runHook } from './run-hook.ts';
import type { ScriptExecutorOptions } from './script-options.ts';
import { unpackImage } from './unpack-image.ts';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Carries script plans out in a folder: `releases/<digest>`, a link `current`, hooks with time limits. A hook that a
 * killed process had begun is run again, so hooks must bear that.
 */
export function scriptExecutor(given: ScriptExecutorOptions): Executor<ScriptPlan> {
  const options = { ...given, root: resolve(given.root) };
  const { root } = options;
  return {
    observe: () => Promise.resolve(observe(root)),
    prepare: (plan) => {
      const state = {
        current: currentFolder(root),
        isUnpacked: isUnpacked(root, folderOf(plan)),
        installed: installedRelease(root),
      };
      return Promise.resolve(planScript(plan, state));
    },
    perform: (plan, step, context) => perform(options, plan, step, context),
    undo: (plan, begun) => undoScript(plan, begun),
    describe: (plan) => Promise.resolve(describe(root, plan)),
  };
}

async function perform(
  options: ScriptExecutorOptions,
  plan: ScriptPlan,
  step: Step,
  context: StepContext,
): Promise<StepFacts> {
  const { root } = options;
  const { folder = null, hook } = step.subject ?? {};
  switch (step.action) {
    case 'unpack':
      await makeFolder(root, plan, (path) => unpackArchive(options, plan, path, context.signal));
      return {};
    case 'hook':
      await performHook(options, plan, hook as HookName, step, context);
      return {};
    case 'switch':
      mkdirSync(root, { recursive: true });
      switchTo(root, folder);
      return {};
    case 'record':
      recordRelease(root, plan, context.clock.now());
      return {};
    case 'prune': {
      const gone = pruneFolders(root, plan.keep, [folder, currentFolder(root)]);
      return { removed: gone.map((name) => name.slice(0, 12)).join(' ') };
    }
    default:
      throw new Error(`no step ${step.action} on a script host`);
  }
}

async function unpackArchive(
  { openImage }: ScriptExecutorOptions,
  plan: ScriptPlan,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if (plan.archive === null) return;
  const planned = plan.components.find((one) => one.component === plan.archive)?.image;
  if (planned === undefined || openImage === undefined) {
    throw fail('DEPLOY_ARCHIVE_INVALID', `the files of ${plan.archive} cannot be fetched on this host`);
  }
  const image = await openImage(planned, signal);
  try {
    await unpackImage(image, planned, path, signal);
  } finally {
    await image.close();
  }
}

async function performHook(
  { root, path = DEFAULT_PATH }: ScriptExecutorOptions,
  plan: ScriptPlan,
  name: HookName,
  step: Step,
  context: StepContext,
): Promise<void> {
  const hook = plan.hooks[name];
  if (hook === null) throw new Error(`no hook ${name} in the plan`);
  const planned = folderOf(plan);
  const { folder = null, before = [] } = step.subject ?? {};
  const [previous] = before;
  const images = plan.components.flatMap(({ component, image }) => {
    const suffix = component.toUpperCase().replace(/[^A-Z0-9]/g, '_');
    return [
      [`STELLA_IMAGE_${suffix}`, image.reference],
      [`STELLA_DIGEST_${suffix}`, image.manifestDigest],
    ] as const;
  });
  context.output(`$ ${hook.argv.join(' ').slice(0, 500)}\n`);
  await runHook(hook, {
    name,
    // On the way back there may be no earlier folder; the failed one is still there.
    folder: pathOf(root, folder ?? planned),
    environment: {
      PATH: path,
      LANG: 'C.UTF-8',
      STELLA_ROOT: root,
      STELLA_RELEASE_DIR: pathOf(root, folder ?? planned),
      ...(previous === undefined ? {} : { STELLA_PREVIOUS_DIR: pathOf(root, previous) }),
      ...(name === 'rollback' ? { STELLA_FAILED_DIR: pathOf(root, planned) } : {}),
      STELLA_PROJECT: plan.project,
      STELLA_ENVIRONMENT: plan.environment,
      STELLA_RELEASE_ID: plan.releaseId,
      STELLA_DEPLOYMENT_ID: plan.deploymentId,
      ...Object.fromEntries(images),
    },
    signal: context.signal,
    output: (text) => context.output(text),
  });
}

/** What `stella.version.json` says, as long as `current` still points where it says. */
function observe(root: string): readonly ObservedContainer[] {
  const release = installedRelease(root);
  if (release === undefined) return [];
  const isThere = currentFolder(root) === release.folder;
  return release.services.map(({ service, image, manifestDigest, configDigest }) => ({
    containerId: `script:${release.folder.slice(0, 12)}:${service}`,
    name: service,
    labels: {
      [LABELS.project]: release.project,
      [LABELS.service]: service,
      [LABELS.component]: service,
      [LABELS.environment]: release.environment,
      [LABELS.release]: release.releaseId,
      [LABELS.deployment]: release.deploymentId,
      [LABELS.digest]: manifestDigest,
    },
    imageId: configDigest ?? manifestDigest,
    repoDigests: [image],
    state: isThere ? 'running' : 'replaced',
    health: 'none',
    startedAt: release.recordedAt,
  }));
}

function describe(root: string, plan: ScriptPlan): readonly ReceiptService[] {
  const current = currentFolder(root);
  const installed = installedRelease(root);
  const rows =
    current === folderOf(plan)
      ? plan.components.map(({ component, image }) => ({ service: component, ...image }))
      : installed?.folder === current
        ? installed.services
        : [];
  return rows.map(({ service, manifestDigest, configDigest }) => ({
    service,
    containerId: `script:${(current ?? '').slice(0, 12)}:${service}`,
    imageId: configDigest ?? manifestDigest,
    manifestDigest,
    configDigest,
    startedAt: installed?.recordedAt ?? null,
  }));
}
