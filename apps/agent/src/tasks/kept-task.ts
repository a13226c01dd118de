import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import { fileJournal } from '@stella-ops/engine-deploy';
import * as z from 'zod';
import { syncFolder, writeDurably } from '../durable-file.ts';
import type { Task } from './task.ts';

const TaskSchema = AGENT_ROUTES.takeTask.responses[200].shape.task.unwrap();
const JOURNAL = 'journal.jsonl';
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A task on disk, from its lease until the server knows its end. */
export interface KeptTask {
  readonly task: Task;
  readonly journal: string;
  drop(): Promise<void>;
}

/**
 * Keeps a task with its fencing token before anything is done for it.
 *
 * @param tasks folder of all kept tasks
 * @returns undefined when a newer lease of the same task is kept: this one is over
 */
export async function keepTask(tasks: string, task: Task): Promise<KeptTask | undefined> {
  const folder = join(tasks, task.id);
  const before = await readTask(folder);
  if (before !== undefined && before.fencingToken > task.fencingToken) return undefined;
  if (before !== undefined && before.attempt < task.attempt) await forgetEnd(join(folder, JOURNAL));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeDurably(join(folder, 'task.json'), JSON.stringify(task));
  await syncFolder(tasks);
  return keptTask(folder, task);
}

/** Tasks that an earlier process left behind. Folders without a readable task never began and are removed. */
export async function readKeptTasks(tasks: string): Promise<KeptTask[]> {
  const kept: KeptTask[] = [];
  for (const name of await readdir(tasks)) {
    const folder = join(tasks, name);
    const task = ID.test(name) ? await readTask(folder) : undefined;
    if (task === undefined || task.id !== name) await rm(folder, { recursive: true, force: true });
    else kept.push(keptTask(folder, task));
  }
  return kept;
}

const keptTask = (folder: string, task: Task): KeptTask => ({
  task,
  journal: join(folder, JOURNAL),
  drop: () => rm(folder, { recursive: true, force: true }),
});

/** What an attempt ended with is not the end of the next one. Work that has not ended goes on, whoever asked for it. */
async function forgetEnd(journal: string): Promise<void> {
  // One that cannot be read is told of by the run.
  const entries = await fileJournal(journal)
    .read()
    .catch(() => []);
  if (entries.some(({ kind }) => kind === 'finished')) await rm(journal);
}

async function readTask(folder: string): Promise<Task | undefined> {
  try {
    return z.parse(TaskSchema, JSON.parse(await readFile(join(folder, 'task.json'), 'utf8')));
  } catch {
    return undefined;
  }
}
