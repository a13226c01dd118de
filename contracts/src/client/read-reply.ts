import * as z from 'zod';
import { fail } from '../errors.ts';
import { errorOfProblem, Problem, PROBLEM_MEDIA_TYPE } from '../problem.ts';
import { type EventsBody, isSchema, type Route, type Schema, type StreamEvent } from '../route.ts';
import { readEventStream } from './event-stream.ts';
import type { WireResponse } from './transport.ts';

/** Answers larger than this are streams by contract. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

interface ReadReply {
  readonly status: number;
  readonly body: unknown;
  header(name: string): string | undefined;
}

/** Checks an answer against the route. @throws AppError as {@link createClient} says */
export async function readReply(route: Route, response: WireResponse): Promise<ReadReply> {
  const declared = Object.hasOwn(route.responses, response.status) ? route.responses[response.status] : undefined;
  if (declared === undefined) throw await problemFrom(route, response);
  const header = (name: string) => response.header(name);
  const reply = (body: unknown): ReadReply => ({ status: response.status, body, header });

  if (isSchema(declared)) {
    return reply(checked(declared, parse(route, await textOf(route, response)), route));
  }
  switch (declared.kind) {
    case 'bytes':
      return reply({ contentType: header('content-type') ?? '', content: response.content });
    case 'events':
      return reply(eventsOf(route, declared, response));
    case 'empty':
      await textOf(route, response);
      return reply(undefined);
  }
}

async function* eventsOf(
  route: Route,
  declared: EventsBody,
  response: WireResponse,
): AsyncGenerator<StreamEvent<unknown>, void> {
  for await (const { data, ...event } of readEventStream(response.content)) {
    const value = parse(route, data);
    // The data of a reset is the position to go on from, not an event of the stream.
    yield { ...event, data: event.event === 'reset' ? value : checked(declared.item, value, route) };
  }
}

async function problemFrom(route: Route, response: WireResponse): Promise<Error> {
  const type = response.header('content-type')?.split(';')[0]?.trim();
  const text = await textOf(route, response);
  if (type === PROBLEM_MEDIA_TYPE) {
    const problem = Problem.safeParse(parse(route, text));
    if (problem.success) return errorOfProblem(problem.data, route.errors);
  }
  return fail('RESPONSE_INVALID', `the server answered ${route.id} with status ${response.status} and no problem`, {
    details: { status: response.status },
  });
}

function checked(schema: Schema, value: unknown, route: Route): unknown {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw fail('RESPONSE_INVALID', `the answer to ${route.id} breaks its contract: ${first?.message}`, {
    place: { pointer: (first?.path ?? []).map((step) => `/${String(step)}`).join('') },
  });
}

function parse(route: Route, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw fail('RESPONSE_INVALID', `the answer to ${route.id} is not JSON`, { cause });
  }
}

async function textOf(route: Route, response: WireResponse): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let size = 0;
  for await (const chunk of response.content) {
    size += chunk.length;
    if (size > MAX_JSON_BYTES)
      throw fail('RESPONSE_INVALID', `the answer to ${route.id} is over ${MAX_JSON_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
