import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

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
  /** Containers with a label, stopped ones too. */
  readonly containersWith: (label: string) => Promise<SeenContainer[]>;
}

/** @param host `unix:///path`; by default the Engine that `DOCKER_HOST` names, or the machine's */
export function engineAt(host?: string): EngineView {
  const where = host === undefined ? [] : ['--host', host];
  const docker: EngineView['docker'] = async (...words) => {
    const { stdout } = await execute('docker', [...where, ...words], { maxBuffer: 1 << 28 });
    return stdout.trim();
  };
  return {
    docker,
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

export const { docker, containersWith } = engineAt();
