import type { TarEntry, TarEntryType, TarSink } from '@stella-ops/engine-archive';
import type { Analyzer, Parsed } from '../analyzers/analyzer.ts';
import { hashOfPath, hashPath } from '../paths/path-hash.ts';
import type { Answer, Question } from './answer.ts';
import { WholeFileSink } from './file-readers.ts';

/** Answers questions on paths of one layer from a second reading of it. Of several members with one path the last counts. */
export class AnswerReader {
  readonly #byHash = new Map<number, Question>();
  readonly #analyzers: ReadonlyMap<string, Analyzer>;
  readonly #answers = new Map<string, Answer>();
  readonly #directories = new Set<string>();
  #isAsked = false;
  readonly #onParent = (hash: number): void => {
    if (this.#byHash.has(hash)) this.#isAsked = true;
  };

  constructor(questions: readonly Question[], analyzers: readonly Analyzer[]) {
    // Two paths with one hash would be a forgery; the second one then stays unanswered, which hides nothing.
    for (const question of questions) this.#byHash.set(hashOfPath(question.path), question);
    this.#analyzers = new Map(analyzers.map((analyzer) => [analyzer.id, analyzer]));
  }

  wants(_type: TarEntryType, path: Uint8Array, start: number, end: number): boolean {
    this.#isAsked = false;
    const hash = hashPath(path, start, end, this.#onParent);
    return this.#isAsked || this.#byHash.has(hash);
  }

  onEntry({ path, type, size, linkTarget, isSparse }: TarEntry): TarSink | undefined {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      this.#directories.add(path.slice(0, end));
    }
    const question = this.#byHash.get(hashOfPath(path));
    if (question?.path !== path) return undefined;
    const answer: Answer = { path, type, ...(linkTarget !== undefined && { link: linkTarget }) };
    this.#answers.set(path, answer);
    if (type !== 'file' || question.analyzers.length === 0) return undefined;
    const readers = question.analyzers.map((id) => ({ analyzer: id, content: this.#analyzers.get(id)?.content }));
    const limit = Math.max(...readers.map(({ content }) => (content?.kind === 'whole' ? content.maxBytes : 0)));
    const refuse = (detail: string): void => {
      const problems = [{ code: 'FILE_UNREADABLE', detail }];
      this.#answers.set(path, { ...answer, contents: readers.map(({ analyzer }) => ({ analyzer, problems })) });
    };
    refuse('its content is not read');
    if (isSparse === true || size > limit) return undefined;
    return new WholeFileSink(size, (bytes) => {
      const contents = readers.map(({ analyzer, content }) => {
        const parsed: Parsed<unknown> = content?.kind === 'whole' ? content.parse(bytes, path) : {};
        return { analyzer, ...parsed };
      });
      this.#answers.set(path, { ...answer, contents });
    });
  }

  /** One answer for each question, sorted by path. */
  finish(): Answer[] {
    return [...this.#byHash.values()]
      .map(({ path }): Answer => {
        const isDirectory = this.#directories.has(path);
        return this.#answers.get(path) ?? { path, type: isDirectory ? 'directory' : 'absent' };
      })
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}
