import { parentPort } from 'node:worker_threads';
import { faultOf, type ThreadAnswer } from './wire.ts';

/** The body of a worker thread: one question, one answer, in turn. @param buffersOf what is handed over, not copied */
export function serveThread<Question, Answer>(
  answer: (question: Question) => Promise<Answer>,
  buffersOf: (answer: Answer) => readonly ArrayBuffer[] = () => [],
): void {
  if (parentPort === null) throw new Error('this file is the body of a worker thread');
  const port = parentPort;
  port.on('message', (question: Question) => {
    answer(question).then(
      (value) => port.postMessage({ ok: true, value } satisfies ThreadAnswer<Answer>, buffersOf(value)),
      (error: unknown) => port.postMessage({ ok: false, fault: faultOf(error) } satisfies ThreadAnswer<Answer>),
    );
  });
}
