import {
  APICallError,
  InvalidResponseDataError,
  JSONParseError,
  TypeValidationError,
} from '@ai-sdk/provider';
import { describeError, LanguageModelError } from '@efferent/core';
import { isConnectionLoss } from './connection-loss.ts';
import type { ModelCost } from './language-model.ts';
import type { CallSettings } from './served-chat.ts';
import type { ServerSettings } from './served-provider.ts';

interface CallContext {
  readonly server: ServerSettings;
  readonly settings: CallSettings;
  readonly isCancelled: boolean;
  /** Requests that were sent. */
  readonly attempts: number;
}

/** Says what went wrong with a call and what to do about it. */
export function explainServerError(error: unknown, context: CallContext): LanguageModelError {
  const { server, settings, attempts } = context;
  const { code, text: found } = diagnose(error, context);
  // Some servers quote the key that they were given.
  const text = server.apiKey === '' ? found : found.replaceAll(server.apiKey, '(key)');
  const tries = attempts > 1 ? `, after ${attempts} tries` : '';
  const cost: ModelCost = { inputTokens: 0, outputTokens: 0, attempts };
  return new LanguageModelError({
    code,
    message: `${server.model} at ${server.baseUrl}: ${text}${tries}`,
    fields: { model: server.model, baseUrl: server.baseUrl, cost, timeoutMs: settings.requestTimeoutMs },
    cause: error,
  });
}

function diagnose(error: unknown, context: CallContext): { readonly code: string; readonly text: string } {
  const { server, settings } = context;
  const { variables } = server;
  if (context.isCancelled) return { code: 'aborted', text: 'the call was cancelled' };
  const own = chainOf(error).find((cause) => cause instanceof LanguageModelError);
  if (own !== undefined) return { code: own.code, text: `${own.message}; is this the right server?` };
  if (chainOf(error).some(({ name }) => name === 'TimeoutError' || name === 'AbortError'))
    return {
      code: 'timeout',
      text: `no answer within ${settings.requestTimeoutMs} ms; is the server busy loading the model? Try again or choose a smaller model`,
    };
  if (isConnectionLoss(error))
    return { code: 'cut-off', text: 'the connection was cut in the middle of an answer; try again' };
  if (
    error instanceof Error &&
    [JSONParseError, TypeValidationError, InvalidResponseDataError].some((kind) => kind.isInstance(error))
  )
    return otherProtocol(error, variables.url);
  if (!APICallError.isInstance(error)) return { code: 'failed', text: describeError(error) };
  const { statusCode } = error;
  if (statusCode === undefined)
    return {
      code: 'unreachable',
      text: `cannot be reached (${rootMessage(error)}); is the server running, and is ${variables.url} right?`,
    };
  return diagnoseStatus(statusCode, error, server);
}

function diagnoseStatus(status: number, error: APICallError, { variables }: ServerSettings) {
  switch (status) {
    case 200:
      return otherProtocol(error, variables.url);
    case 401:
    case 403:
      return { code: 'unauthorised', text: `answered ${status}; check ${variables.key}` };
    case 404:
      return {
        code: 'unknown-model',
        text: `answered 404; check ${variables.model} and that ${variables.url} ends with the version, e.g. /v1`,
      };
    case 429:
      return {
        code: 'rate-limited',
        text: 'answered 429 (too many requests); wait, or use a key with a higher limit',
      };
    default:
      return { code: 'server-error', text: `answered ${status}: ${error.message.slice(0, longestQuote)}` };
  }
}

const otherProtocol = (error: Error, urlVariable: string) => ({
  code: 'not-the-protocol',
  text: `answered something that is not of its protocol (${rootMessage(error)}); does ${urlVariable} end with the version, e.g. /v1?`,
});

/** What is quoted of a server's own message, characters. */
const longestQuote = 300;

function chainOf(error: unknown): readonly (Error & { readonly code?: string })[] {
  const chain: Error[] = [];
  for (let cause = error; cause instanceof Error && chain.length < 10; cause = cause.cause) chain.push(cause);
  return chain;
}

/** The innermost message, in one line. */
const rootMessage = (error: Error): string =>
  (chainOf(error).at(-1) ?? error).message.slice(0, longestQuote).replaceAll(/\s+/g, ' ');
