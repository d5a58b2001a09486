import { checkWithSchema, describeProblem, object } from '@efferent/core';
import * as v from 'valibot';

/** An answer with an error of the protocol: a status and what stands in its body. */
export class ChatError extends Error {
  readonly status: number;
  /** A word for programs, e.g. `model_not_found`. */
  readonly code: string;
  /** The field of the request that is to blame; null when none is. */
  readonly parameter: string | null;

  constructor(status: number, code: string, message: string, parameter: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.parameter = parameter;
  }

  body(): object {
    const type = this.status >= 500 ? 'server_error' : 'invalid_request_error';
    return { error: { message: this.message, type, param: this.parameter, code: this.code } };
  }
}

const positive = v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))));

const messageSchema = object({
  role: v.picklist(['system', 'developer', 'user', 'assistant', 'tool']),
  content: v.union([
    v.string(),
    v.null_(),
    v.array(object({ type: v.string(), text: v.optional(v.string(), '') })),
  ]),
});

const formatSchema = object({
  type: v.picklist(['text', 'json_object', 'json_schema']),
  json_schema: v.optional(object({ name: v.string(), schema: v.record(v.string(), v.unknown()) })),
});

const chatRequestSchema = object({
  model: v.string(),
  messages: v.pipe(v.array(messageSchema), v.minLength(1)),
  response_format: v.optional(v.nullable(formatSchema)),
  stream: v.optional(v.nullable(v.boolean())),
  stream_options: v.optional(v.nullable(object({ include_usage: v.optional(v.boolean(), false) }))),
  max_tokens: positive,
  max_completion_tokens: positive,
  n: positive,
});

export type ChatRequest = v.InferOutput<typeof chatRequestSchema>;

/** Reads the body of a request for a completion. @throws {@link ChatError} 400, naming the field */
export function readChatRequest(body: string): ChatRequest {
  let data: unknown;
  try {
    data = JSON.parse(body);
  } catch {
    throw new ChatError(400, 'invalid_json', 'the body of the request is not JSON');
  }
  const checked = checkWithSchema(chatRequestSchema, data);
  if (checked.problems === undefined) {
    if ((checked.output.n ?? 1) > 1)
      throw new ChatError(400, 'unsupported_value', 'n: one answer at a time is given', 'n');
    return checked.output;
  }
  const [problem] = checked.problems;
  const field = problem.field === '' ? null : problem.field;
  throw new ChatError(400, 'invalid_value', describeProblem(problem, 'the request'), field);
}

/** The text of the first message of one of these roles; empty when there is none. */
export function firstText({ messages }: ChatRequest, roles: readonly string[]): string {
  const content = messages.find((message) => roles.includes(message.role))?.content ?? '';
  return typeof content === 'string' ? content : content.map((part) => part.text).join('');
}

/** What one completion came to. */
export interface Completion {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly text: string;
  readonly finishReason: 'stop' | 'length';
  readonly promptTokens: number;
  readonly completionTokens: number;
}

const usageOf = ({ promptTokens, completionTokens }: Completion) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});

/** Writes the answer to a request without `stream`. */
export const completionBody = (completion: Completion): object => ({
  id: completion.id,
  object: 'chat.completion',
  created: completion.created,
  model: completion.model,
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: completion.text, refusal: null },
      logprobs: null,
      finish_reason: completion.finishReason,
    },
  ],
  usage: usageOf(completion),
});

/** Characters of one piece of a streamed answer. */
const pieceLength = 48;

/** Writes the events of an answer to a request with `stream`, the closing one included. */
export function* completionEvents(completion: Completion, includeUsage: boolean): Generator<string> {
  const event = (fields: object) =>
    `data: ${JSON.stringify({
      id: completion.id,
      object: 'chat.completion.chunk',
      created: completion.created,
      model: completion.model,
      ...(includeUsage ? { usage: null } : {}),
      ...fields,
    })}\n\n`;
  const choice = (delta: object, finish: string | null = null) =>
    event({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] });
  yield choice({ role: 'assistant', content: '' });
  const characters = [...completion.text];
  for (let at = 0; at < characters.length; at += pieceLength)
    yield choice({ content: characters.slice(at, at + pieceLength).join('') });
  yield choice({}, completion.finishReason);
  if (includeUsage) yield event({ choices: [], usage: usageOf(completion) });
  yield 'data: [DONE]\n\n';
}
