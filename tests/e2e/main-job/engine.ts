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

/** One Engine, as its own command line tells of it. */
export interface EngineView {
  readonly docker: (...words: readonly string[]) => Promise<string>;
  /** Events of containers with a label, from then to now. */
  readonly eventsSince: (since: string, label: string) => Promise<ContainerEvent[]>;
  /** Containers with a label, stopped ones too. */
  readonly containersWith: (label: string) => Promise<SeenContainer[]>;
}

/** Of the Engine's clock, for `eventsSince`. */
export const engineNow = (): string => (Date.now() / 1000).toFixed(3);

/** @param host `unix:///path`; by default the Engine that `DOCKER_HOST` names, or the machine's */
export function engineAt(host?: string): EngineView {
  const where = host === undefined ? [] : ['--host', host];
  const docker: EngineView['docker'] = async (...words) => {
    const { stdout } = await execute('docker', [...where, ...words], { maxBuffer: 1 << 28 });
    return stdout.trim();
  };
  return {
    docker,
    eventsSince: async (since, label) => {
      const filters = ['--filter', 'type=container', '--filter', `label=${label}`];
      const span = ['--since', since, '--until', engineNow()];
      const text = await docker('events', ...span, ...filters, '--format', '{{json .}}');
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
    },
    containersWith: async (label) => {
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
    },
  };
}

export const { docker, eventsSince, containersWith } = engineAt();
