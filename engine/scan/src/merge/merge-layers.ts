import type { Component, Distro, Gap, Relation } from '@stella-ops/engine-inventory';
import type { Analyzer, Surroundings } from '../analyzers/analyzer.ts';
import type { Answer, Question } from '../layer/answer.ts';
import { BOUNDS } from '../limits.ts';
import { FileView } from './file-view.ts';
import { LayerStack, type StackedLayer } from './layer-stack.ts';
import { LinkResolver } from './link-resolver.ts';

export interface Merged {
  readonly distro: Distro | undefined;
  readonly components: readonly Component[];
  readonly relations: readonly Relation[];
  readonly gaps: readonly Gap[];
}

/** Looks at paths of one layer that its facts do not tell enough of. */
export type AnswerQuestions = (layer: number, questions: readonly Question[]) => Promise<readonly Answer[]>;

/**
 * Merges the facts of layers, lowest first, into what is found in the whole. A pure function of the facts and of the
 * answers, which are themselves functions of the layers' bytes. Most images ask nothing.
 */
export async function mergeLayers(
  layers: readonly StackedLayer[],
  analyzers: readonly Analyzer[],
  subjectKind: Surroundings['subjectKind'],
  answer: AnswerQuestions,
): Promise<Merged> {
  const stack = new LayerStack(layers);
  for (let round = 0; ; round++) {
    const merged = collect(stack, analyzers, subjectKind);
    const open = stack.questions.take();
    if (open.length === 0) return merged;
    if (round === BOUNDS.rereadRounds) {
      const detail = 'links lead through so many others that some were not followed';
      return { ...merged, gaps: [...merged.gaps, { code: 'LINKS_UNRESOLVED', detail }] };
    }
    for (const { layer, questions } of open) stack.addAnswers(layer, await answer(layer, questions));
  }
}

function collect(stack: LayerStack, analyzers: readonly Analyzer[], subjectKind: Surroundings['subjectKind']): Merged {
  const links = new LinkResolver(stack);
  const earlier = new Map<string, readonly Component[]>();
  const relations: Relation[] = [];
  const gaps: Gap[] = stack.layers.flatMap(({ digest, facts }) =>
    facts.problems.map((problem) => ({ ...problem, ...(digest !== undefined && { layer: digest }) })),
  );
  let distro: Distro | undefined;
  for (const analyzer of analyzers) {
    const files = new FileView(stack, links, analyzer);
    const found = analyzer.collect(files, { subjectKind, distro, earlier });
    earlier.set(analyzer.id, found.components ?? []);
    distro ??= found.distro;
    for (const relation of found.relations ?? []) relations.push(relation);
    gaps.push(...capped(files.gaps), ...(found.gaps ?? []));
  }
  if (links.isExhausted) {
    gaps.push({ code: 'LINKS_UNRESOLVED', detail: 'so many links that some were not followed' });
  }
  return { distro, components: [...earlier.values()].flat(), relations, gaps };
}

/** The first gaps of each kind, in order of paths, and the number of those that are left out. */
function capped(gaps: readonly Gap[]): Gap[] {
  const byCode = new Map<string, Gap[]>();
  for (const gap of gaps) {
    const sameKind = byCode.get(gap.code);
    if (sameKind === undefined) byCode.set(gap.code, [gap]);
    else sameKind.push(gap);
  }
  return [...byCode].flatMap(([code, all]) => {
    const ordered = all.toSorted((a, b) => ((a.path ?? '') < (b.path ?? '') ? -1 : 1));
    const shown = ordered.slice(0, BOUNDS.gapsOfOneKind);
    const more = ordered.length - shown.length;
    return more === 0 ? shown : [...shown, { code, detail: `${more} more files, not told one by one` }];
  });
}
