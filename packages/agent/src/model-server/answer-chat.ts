import { randomUUID } from 'node:crypto';
import { describeError, EfferentError, systemWallClock } from '@efferent/core';
import { Ajv } from 'ajv';
import { answerSchemas } from '../model/answer-schemas.ts';
import type { LanguageModel } from '../model/language-model.ts';
import type { PromptContent } from '../model/prompt-content.ts';
import { readPrompt } from '../model/read-prompt.ts';
import { ChatError, type ChatRequest, type Completion, firstText } from './chat-protocol.ts';

/** Characters that are counted as one token: this model has no tokens of its own. */
const charactersPerToken = 4;
/** Tokens of an answer when the request sets no bound. */
const usualMaxTokens = 100_000;

const tokensOf = (text: string): number => Math.ceil(text.length / charactersPerToken);

/** A completion, and the purpose of the question for who watches. */
export interface AnsweredChat {
  readonly completion: Completion;
  readonly purpose: string;
}

/**
 * Answers a request for a completion from nothing but its own text: the question, the belief and the skills are read out of
 * the prompt. Messages after the first question, such as the round that repairs an answer, are not needed and not read.
 *
 * @throws {@link ChatError} for another model, a prompt that is none of efferent's, or a schema that is not that of its answer
 */
export async function answerChat(
  model: LanguageModel,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<AnsweredChat> {
  if (request.model !== model.id)
    throw new ChatError(
      404,
      'model_not_found',
      `there is no model "${request.model}" here; there is: ${model.id}`,
      'model',
    );
  const system = firstText(request, ['system', 'developer']);
  const user = firstText(request, ['user']);
  const content = contentOf(system, user);
  const { purpose } = content.question;
  const bound = request.max_completion_tokens ?? request.max_tokens ?? usualMaxTokens;
  const output = await generate(model, content, bound, signal);
  checkForm(request, output, purpose);
  const whole = JSON.stringify(output);
  const text = whole.slice(0, bound * charactersPerToken);
  const promptTokens = request.messages.reduce(
    (sum, { content: said }) => sum + tokensOf(typeof said === 'string' ? said : JSON.stringify(said ?? '')),
    0,
  );
  return {
    purpose,
    completion: {
      id: `chatcmpl-${randomUUID()}`,
      created: Number(systemWallClock.nowNs() / 1_000_000_000n),
      model: model.id,
      text,
      finishReason: text.length < whole.length ? 'length' : 'stop',
      promptTokens,
      completionTokens: tokensOf(text),
    },
  };
}

function contentOf(system: string, user: string): PromptContent {
  try {
    return readPrompt({ system, user });
  } catch (error) {
    throw new ChatError(
      400,
      'unreadable_prompt',
      `this model understands prompts of efferent's agent only: ${describeError(error)}`,
      'messages',
    );
  }
}

async function generate(
  model: LanguageModel,
  content: PromptContent,
  maxOutputTokens: number,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    const schema = answerSchemas[content.question.purpose];
    return (await model.generate({ ...content, schema, maxOutputTokens, signal })).output;
  } catch (error) {
    if (EfferentError.isInstance(error)) throw new ChatError(400, error.code, error.message, 'messages');
    throw new ChatError(
      500,
      'no_answer',
      `${model.id} found no answer to "${content.question.purpose}": ${describeError(error)}`,
    );
  }
}

/** Holds the answer to the schema that the request gives. */
function checkForm({ response_format: format }: ChatRequest, output: unknown, purpose: string): void {
  if (format?.type !== 'json_schema') return;
  const parameter = 'response_format';
  if (format.json_schema === undefined)
    throw new ChatError(400, 'invalid_value', 'response_format.json_schema: is missing', parameter);
  const ajv = new Ajv({ strict: false, logger: false });
  let fits: boolean;
  try {
    fits = ajv.validate(format.json_schema.schema, output);
  } catch (error) {
    throw new ChatError(400, 'invalid_schema', `response_format: ${describeError(error)}`, parameter);
  }
  if (fits) return;
  throw new ChatError(
    400,
    'unsupported_schema',
    `response_format: the answer to "${purpose}" is not of this schema: ${ajv.errorsText()}`,
    parameter,
  );
}
