import { DURATION_BUCKETS, type MetricCatalogue, type MetricSpec } from '@stella-ops/platform/runtime';

/** A PromQL expression that was made from metrics of the catalogue. */
export interface Query {
  readonly text: string;
  /** Names of what it reads, as the catalogue has them. */
  readonly metrics: readonly string[];
  /** The largest number that it can give, where that is known: a quantile ends at the last bucket. */
  readonly most?: number;
}

export type Window = `${number}${'m' | 'h' | 'd'}`;
/** Label → its value, or a regular expression of it. */
export type Where = Readonly<Record<string, string | RegExp>>;

/** What a process tells beside the catalogue, and what Prometheus itself knows of it. */
export const AMBIENT: MetricCatalogue = {
  up: { name: 'up', type: 'gauge', help: '1 when the last scrape succeeded', labels: [] },
  lag: { name: 'nodejs_eventloop_lag_p99_seconds', type: 'gauge', help: 'Event loop delay', labels: [] },
  memory: { name: 'process_resident_memory_bytes', type: 'gauge', help: 'Memory in use', labels: [] },
  cpu: { name: 'process_cpu_seconds_total', type: 'counter', help: 'Processor time', labels: [] },
  started: { name: 'process_start_time_seconds', type: 'gauge', help: 'When the process began', labels: [] },
};

/** Labels that Prometheus adds to whatever it scrapes. */
const ADDED = ['job', 'instance'];

/**
 * Expressions over a catalogue. A metric that is not there, a label that it does not have, or a function that does not fit
 * its type throws: what is renamed breaks generation and not, silently, an alert.
 */
export class Queries {
  readonly #specs: ReadonlyMap<string, MetricSpec>;

  constructor(catalogues: readonly MetricCatalogue[]) {
    const specs = [...catalogues, AMBIENT].flatMap((catalogue) => Object.values(catalogue));
    this.#specs = new Map(specs.map((spec) => [spec.name, spec]));
  }

  spec(name: string): MetricSpec {
    const spec = this.#specs.get(name);
    if (spec === undefined) throw new Error(`there is no metric ${name}`);
    return spec;
  }

  /** What a gauge shows now. */
  gauge(name: string, where: Where = {}): Query {
    this.#typed(name, 'gauge');
    return { text: this.#selector(name, '', where), metrics: [name] };
  }

  /** How much a counter has grown each second. */
  rate(name: string, window: Window, where: Where = {}): Query {
    this.#typed(name, 'counter');
    return { text: `rate(${this.#selector(name, '', where)}[${window}])`, metrics: [name] };
  }

  /** How much a counter has grown in the window. */
  increase(name: string, window: Window, where: Where = {}): Query {
    this.#typed(name, 'counter');
    return { text: `increase(${this.#selector(name, '', where)}[${window}])`, metrics: [name] };
  }

  /**
   * Whether a counter has grown in the window, by labels. One that appeared with its first event has no growth that
   * Prometheus could see, so what was not there before counts too.
   */
  grew(name: string, window: Window, by: readonly string[] = [], where: Where = {}): Query {
    this.#labelled(name, by);
    const now = this.#selector(name, '', where);
    const fresh: Query = { text: `${now} unless ${now} offset ${window}`, metrics: [name] };
    const grown = above(sum(this.increase(name, window, where), by), 0);
    return { text: `(${grown.text}) or (${above(sum(fresh, by), 0).text})`, metrics: [name] };
  }

  /** A quantile of a histogram over the window, by labels. */
  quantile(name: string, share: number, window: Window, by: readonly string[] = []): Query {
    const { buckets = DURATION_BUCKETS } = this.#typed(name, 'histogram');
    this.#labelled(name, by);
    const rates = `sum by (${['le', ...by].join(', ')}) (rate(${this.#selector(name, '_bucket', {})}[${window}]))`;
    return { text: `histogram_quantile(${share}, ${rates})`, metrics: [name], most: Math.max(...buckets) };
  }

  /** How often a gauge took another value in the window. */
  changes(name: string, window: Window): Query {
    this.#typed(name, 'gauge');
    return { text: `changes(${name}[${window}])`, metrics: [name] };
  }

  /** Seconds since the time that a gauge shows; 0 shows none. */
  age(name: string, by: readonly string[] = []): Query {
    this.#labelled(name, by);
    const newest = max(this.gauge(name), by);
    return { text: `time() - (${newest.text} > 0)`, metrics: [name] };
  }

  #typed(name: string, type: MetricSpec['type']): MetricSpec {
    const spec = this.spec(name);
    if (spec.type !== type) throw new Error(`${name} is a ${spec.type}, not a ${type}`);
    return spec;
  }

  #labelled(name: string, labels: readonly string[]): void {
    const known = [...this.spec(name).labels, ...ADDED];
    const unknown = labels.find((label) => !known.includes(label));
    if (unknown !== undefined) throw new Error(`${name} has no label ${unknown}`);
  }

  #selector(name: string, suffix: string, where: Where): string {
    this.#labelled(name, Object.keys(where));
    const matchers = Object.entries(where).map(([label, value]) =>
      typeof value === 'string' ? `${label}=${JSON.stringify(value)}` : `${label}=~${JSON.stringify(value.source)}`,
    );
    return `${name}${suffix}${matchers.length === 0 ? '' : `{${matchers.join(', ')}}`}`;
  }
}

const grouped = (operator: string, { text, metrics, most }: Query, by: readonly string[]): Query => ({
  text: `${operator}${by.length === 0 ? '' : ` by (${by.join(', ')})`} (${text})`,
  metrics,
  ...(most === undefined || operator === 'sum' ? {} : { most }),
});

export const sum = (query: Query, by: readonly string[] = []): Query => grouped('sum', query, by);
/** Of what every process tells alike: the same number, however many there are. */
export const max = (query: Query, by: readonly string[] = []): Query => grouped('max', query, by);
export const min = (query: Query, by: readonly string[] = []): Query => grouped('min', query, by);

/** @throws Error when the query never gives as much */
export function above(query: Query, bound: number): Query {
  if (query.most !== undefined && bound >= query.most)
    throw new Error(`${query.text} is never above ${bound}: its last bucket ends at ${query.most}`);
  return { text: `${query.text} > ${bound}`, metrics: query.metrics };
}
export const below = ({ text, metrics }: Query, bound: number): Query => ({ text: `${text} < ${bound}`, metrics });
export const equal = ({ text, metrics }: Query, value: number): Query => ({ text: `${text} == ${value}`, metrics });

export const both = (one: Query, other: Query): Query => joined(one, 'and', other);
export const over = (one: Query, other: Query): Query => joined(one, '/', other);

const joined = (one: Query, operator: string, other: Query): Query => ({
  text: `(${one.text}) ${operator} (${other.text})`,
  metrics: [...one.metrics, ...other.metrics],
});
