import { type Shape, shape } from '@stella-ops/engine-kernel';
import type { PlannedMount } from './plan-types.ts';
import { absolutePath, byteSize, orNull, section, wrong } from './shapes.ts';
import { parseBytes } from './units.ts';

export const RESOURCE_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,199}$/;
const PATH = /^\/(?!.*(?:^|\/)\.\.(?:\/|$))[^\0:]*$/;
const ANONYMOUS = 'an anonymous volume is not supported: nobody could find its data again; give it a name';
const RELATIVE = 'a path beside the template is not supported: the template is not on the host; write an absolute path';

/** `source:target[:ro|rw]` (Compose specification, "volumes", short syntax). */
function shortMount(text: string): PlannedMount | string {
  const [source = '', target, mode = 'rw', ...more] = text.split(':');
  if (target === undefined) return ANONYMOUS;
  if (/^[.~]/.test(source)) return RELATIVE;
  if (more.length > 0 || !PATH.test(target) || target === '/') return 'expected a mount like "data:/var/lib/app:ro"';
  if (mode !== 'ro' && mode !== 'rw') return `the mode "${mode.slice(0, 20)}" is not supported: write "ro" or "rw"`;
  const isBind = source.startsWith('/');
  if (isBind ? !PATH.test(source) : !RESOURCE_NAME.test(source))
    return 'expected the name of a volume or an absolute path';
  return { kind: isBind ? 'bind' : 'volume', source, target, isReadOnly: mode === 'ro', sizeBytes: null };
}

const LONG = section(
  {
    type: shape.literal('volume', 'bind', 'tmpfs'),
    source: shape.optional(shape.string({ min: 1, max: 1024 })),
    target: absolutePath,
    read_only: shape.optional(shape.boolean),
    tmpfs: shape.optional(orNull(section({ size: shape.optional(byteSize) }, { mode: 'it is 1777' }))),
  },
  {
    bind: 'a path of the host must be there, and nothing is propagated',
    volume: 'a volume is filled from the image when it is empty',
    consistency: 'nothing reads it',
  },
);

/** One item of `volumes`. */
export const mount: Shape<PlannedMount> = (value, pointer, violations) => {
  if (typeof value === 'string') {
    const read = shortMount(value);
    return typeof read === 'string' ? wrong(violations, pointer, read) : read;
  }
  const before = violations.length;
  const read = LONG(value, pointer, violations);
  if (violations.length > before) return undefined as unknown as PlannedMount;
  const source = read.source ?? null;
  const fault = (message: string): PlannedMount => wrong(violations, pointer, message);
  if (read.target === '/') return fault('nothing is mounted over "/"');
  if (read.type === 'tmpfs' && source !== null) return fault('a tmpfs has no source');
  if (read.type !== 'tmpfs' && read.tmpfs !== undefined) return fault('"tmpfs" belongs to the type tmpfs');
  if (read.type !== 'tmpfs' && source === null)
    return fault(read.type === 'volume' ? ANONYMOUS : 'a bind has a source');
  if (read.type === 'bind' && !PATH.test(source ?? '')) return fault(RELATIVE);
  if (read.type === 'volume' && !RESOURCE_NAME.test(source ?? '')) return fault('expected the name of a volume');
  const sizeBytes = read.tmpfs?.size ?? null;
  return { kind: read.type, source, target: read.target, isReadOnly: read.read_only ?? false, sizeBytes };
};

/** One item of `tmpfs`: `/run` or `/run:size=64m`. */
export const tmpfs: Shape<PlannedMount> = (value, pointer, violations) => {
  const [target = '', option, ...more] = typeof value === 'string' ? value.split(':') : [];
  const sizeBytes = option === undefined ? null : parseBytes(/^size=(.*)$/.exec(option)?.[1] ?? '');
  if (!PATH.test(target) || target === '/' || sizeBytes === undefined || more.length > 0) {
    return wrong(violations, pointer, 'expected a path like "/run" or "/run:size=64m"');
  }
  return { kind: 'tmpfs', source: null, target, isReadOnly: false, sizeBytes };
};
