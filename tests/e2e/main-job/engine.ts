import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What the Engine itself says happened to a container: the oracle that no product code has a hand in. */
export interface ContainerEvent {
  /** `create`, `start`, `die`, `destroy`, … */
  readonly action: string;
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface SeenContainer {
  readonly id: string;
  readonly name: string;
  /** Config digest: Debian's Engine has the classic store. */
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isRunning: boolean;
}

export async function docker(...words: readonly string[]): Promise<string> {
  const { stdout } = await execute('docker', words, { maxBuffer: 1 << 28 });
  return stdout.trim();
}

/** Of the Engine's clock, for {@link eventsSince}. */
export const engineNow = (): string => (Date.now() / 1000).toFixed(3);

/** Events of containers with a label, from then to now. */
export async function eventsSince(since: string, label: string): Promise<ContainerEvent[]> {
  const filters = ['--filter', 'type=container', '--filter', `label=${label}`];
  const text = await docker('events', '--since', since, '--until', engineNow(), ...filters, '--format', '{{json .}}');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { Action, Actor } = JSON.parse(line) as {
        Action: string;
        Actor: { ID: string; Attributes: Record<string, string> };
      };
      return { action: Action, id: Actor.ID, labels: Actor.Attributes };
    });
}

/** Containers with a label, stopped ones too. */
export async function containersWith(label: string): Promise<SeenContainer[]> {
  const ids = await docker('ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${label}`);
  if (ids === '') return [];
  const text = await docker('inspect', ...ids.split('\n'));
  const rows = JSON.parse(text) as {
    Id: string;
    Name: string;
    Image: string;
    State: { Running: boolean };
    Config: { Labels: Record<string, string> };
  }[];
  return rows.map((row) => ({
    id: row.Id,
    name: row.Name.slice(1),
    imageId: row.Image,
    labels: row.Config.Labels,
    isRunning: row.State.Running,
  }));
}
