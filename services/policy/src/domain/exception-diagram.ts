import { EXCEPTION_TRANSITIONS } from './exception-states.ts';

/** The life of an exception as a Mermaid state diagram, made from the table that the service runs on. */
export function exceptionDiagram(): string {
  const lines = EXCEPTION_TRANSITIONS.map(({ from, event, guards, to }) => {
    const conditions = guards.length === 0 ? '' : ` [${guards.map(({ name }) => name).join(', ')}]`;
    return `  ${from ?? '[*]'} --> ${to}: ${event}${conditions}`;
  });
  const left = new Set(EXCEPTION_TRANSITIONS.map(({ from }) => from));
  const ends = [...new Set(EXCEPTION_TRANSITIONS.map(({ to }) => to))].filter((state) => !left.has(state));
  return ['stateDiagram-v2', ...lines, ...ends.map((state) => `  ${state} --> [*]`), ''].join('\n');
}
