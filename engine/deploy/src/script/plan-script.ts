import type { HookName, ScriptPlan } from '@stella-ops/engine-compose';
import { digestOfJson } from '@stella-ops/engine-kernel';
import type { Step } from '../types.ts';
import { folderOf, type InstalledRelease } from './release-folder.ts';

/** What a script host looks like before a deployment. */
export interface ScriptHostState {
  readonly current: string | null;
  readonly isUnpacked: boolean;
  readonly installed: InstalledRelease | undefined;
}

/** What is to be done on a script host, in order. The same files with the same hooks in place need nothing but a note. */
export function planScript(plan: ScriptPlan, state: ScriptHostState): readonly Step[] {
  const folder = folderOf(plan);
  const short = folder.slice(0, 12);
  const record: Step = {
    id: 'record',
    service: null,
    action: 'record',
    sentence: 'Write down on the host what is installed now',
    cause: 'people on the host read stella.version.json',
  };
  const isInPlace = state.current === folder && state.installed?.hooksDigest === digestOfJson(plan.hooks);
  if (isInPlace && state.installed.folder === folder) return [record];
  const cause = state.current === null ? 'nothing is installed' : `${state.current.slice(0, 12)} is installed`;
  const hook = (name: HookName): Step[] =>
    plan.hooks[name] === null
      ? []
      : [
          {
            id: `hook:${name}`,
            service: null,
            action: 'hook',
            sentence: `Run the hook ${name}: ${plan.hooks[name].argv.join(' ').slice(0, 200)}`,
            cause,
            subject: { hook: name, folder, before: state.current === null ? [] : [state.current] },
          },
        ];
  const unpack: Step = {
    id: 'unpack',
    service: plan.archive,
    action: 'unpack',
    sentence:
      plan.archive === null ? `Write the files of releases/${short}` : `Unpack ${plan.archive} into releases/${short}`,
    cause,
    subject: { folder },
  };
  return [
    ...(state.isUnpacked ? [] : [unpack]),
    ...hook('before'),
    ...hook('install'),
    {
      id: 'switch',
      service: null,
      action: 'switch',
      sentence: `Let "current" point to releases/${short}`,
      cause,
      subject: { folder, before: state.current === null ? [] : [state.current] },
    },
    ...hook('verify'),
    ...hook('after'),
    record,
    {
      id: 'prune',
      service: null,
      action: 'prune',
      sentence: `Keep the last ${plan.keep} releases`,
      cause: 'older ones are not rolled back to',
      subject: { folder, before: state.current === null ? [] : [state.current] },
    },
  ];
}

/** The way back: `current` points to the earlier folder again, then the hook `rollback` runs. After the record there is none. */
export function undoScript(plan: ScriptPlan, begun: readonly Step[]): readonly Step[] {
  if (begun.some((step) => step.action === 'prune')) return [];
  const switched = begun.find((step) => step.action === 'switch');
  const before = begun.find((step) => step.subject?.before !== undefined)?.subject?.before ?? [];
  const [previous = null] = before;
  const cause = 'the deployment is taken back';
  const back: Step[] =
    switched === undefined
      ? []
      : [
          {
            id: 'undo:switch',
            service: null,
            action: 'switch',
            sentence:
              previous === null
                ? 'Take "current" away'
                : `Let "current" point to releases/${previous.slice(0, 12)} again`,
            cause,
            subject: { folder: previous, before },
          },
        ];
  const isTouched = switched !== undefined || begun.some((step) => step.action === 'hook');
  if (!isTouched || plan.hooks.rollback === null) return back;
  const sentence = `Run the hook rollback: ${plan.hooks.rollback.argv.join(' ').slice(0, 200)}`;
  const subject = { hook: 'rollback', folder: previous, before };
  return [...back, { id: 'undo:hook', service: null, action: 'hook', sentence, cause, subject }];
}
