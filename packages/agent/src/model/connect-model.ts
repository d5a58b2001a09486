import { ConfigurationError } from '@efferent/core';
import { cappedFetch, defaultMaxReplyBytes } from './capped-fetch.ts';
import type { ChatModel } from './chat-model.ts';
import type { ModelChoice, ModelSurroundings, ServedModelName } from './create-model.ts';
import type { LanguageModel } from './language-model.ts';
import { loadPrivacyList } from './privacy-file.ts';
import { PrivateStrings } from './private-strings.ts';
import { PromptedModel } from './prompted-model.ts';
import { RecordingChat, ReplayedChat } from './recording.ts';
import { defaultCallSettings, ServedChat } from './served-chat.ts';
import type { ServedProvider, ServerSettings } from './served-provider.ts';

interface ServerKind {
  readonly variables: ServerSettings['variables'];
  /** Its maker's own server; undefined when it has none. */
  readonly baseUrl?: string;
  readonly needsKey: boolean;
  readonly exampleModel: string;
  load(): Promise<(settings: ServerSettings) => ServedProvider>;
}

const kinds: Readonly<Record<ServedModelName, ServerKind>> = {
  'openai-compatible': {
    variables: { url: 'EFFERENT_MODEL_URL', model: 'EFFERENT_MODEL', key: 'EFFERENT_MODEL_KEY' },
    needsKey: false,
    exampleModel: 'qwen3:8b',
    load: async () => (await import('./openai-compatible.ts')).openAiCompatible,
  },
  openai: {
    variables: { url: 'OPENAI_BASE_URL', model: 'EFFERENT_MODEL', key: 'OPENAI_API_KEY' },
    baseUrl: 'https://api.openai.com/v1',
    needsKey: true,
    exampleModel: 'gpt-4.1-mini',
    load: async () => (await import('./openai.ts')).openAi,
  },
  anthropic: {
    variables: { url: 'ANTHROPIC_BASE_URL', model: 'EFFERENT_MODEL', key: 'ANTHROPIC_API_KEY' },
    baseUrl: 'https://api.anthropic.com/v1',
    needsKey: true,
    exampleModel: 'claude-sonnet-4-5',
    load: async () => (await import('./anthropic.ts')).anthropic,
  },
};

/**
 * Connects to a language model behind HTTP, or to a recording of one.
 *
 * @throws {@link ConfigurationError} naming the variable that is missing or wrong, or what is wrong with a file
 */
export async function connectModel(
  name: ServedModelName,
  choice: ModelChoice,
  surroundings: ModelSurroundings,
): Promise<LanguageModel> {
  const list = loadPrivacyList(surroundings.workspaceFolders);
  if (choice.replay !== '') {
    const chat = new ReplayedChat(choice.replay, choice.name);
    return new PromptedModel(chat, privateStrings(choice, chat.recordedAddress, list));
  }
  const kind = kinds[name];
  const server = serverSettings(name, kind, choice, surroundings.environment);
  const settings = {
    ...defaultCallSettings,
    requestTimeoutMs: choice.requestTimeoutMs,
    callTimeoutMs: Math.max(defaultCallSettings.callTimeoutMs, 2 * choice.requestTimeoutMs),
    maxConcurrent: choice.maxConcurrent,
  };
  const provider = (await kind.load())(server);
  let chat: ChatModel = new ServedChat(provider, server, settings);
  if (choice.record !== '') chat = new RecordingChat(chat, choice.record);
  return new PromptedModel(chat, privateStrings(choice, server.baseUrl, list));
}

function privateStrings(
  { privacy }: ModelChoice,
  address: string,
  list: ConstructorParameters<typeof PrivateStrings>[0],
): PrivateStrings {
  const isReplaced = privacy === 'always' || (privacy === 'away' && !isOnThisMachine(address));
  return new PrivateStrings(isReplaced ? list : { people: [], strings: [] });
}

/** Tells whether an address is this machine's own; what is sent there does not leave it. */
function isOnThisMachine(address: string): boolean {
  const host = new URL(address).hostname;
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

function serverSettings(
  name: ServedModelName,
  { variables, needsKey, exampleModel, ...kind }: ServerKind,
  choice: ModelChoice,
  environment: ModelSurroundings['environment'],
): ServerSettings {
  const baseUrl = choice.url || environment[variables.url] || kind.baseUrl || '';
  const model = choice.name || environment[variables.model] || '';
  const apiKey = environment[variables.key] ?? '';
  const needed = [
    [baseUrl, variables.url, 'http://127.0.0.1:11434/v1'],
    [model, variables.model, exampleModel],
    ...(needsKey ? [[apiKey, variables.key, '…'] as const] : []),
  ] as const;
  for (const [value, variable, example] of needed) {
    if (value !== '') continue;
    throw new ConfigurationError({
      code: 'missing-model',
      message: `the model "${name}" needs ${variable}, which is not set; set it, e.g. ${variable}=${example}, or use --model reasoner`,
      fields: { variable },
    });
  }
  checkUrl(baseUrl, variables.url);
  return { baseUrl, model, apiKey, variables, fetch: cappedFetch(defaultMaxReplyBytes) };
}

/** Keys do not belong into an address: it is shown in messages and written into recordings. */
function checkUrl(baseUrl: string, variable: string): void {
  const url = URL.parse(baseUrl);
  const isFit =
    url !== null && /^https?:$/.test(url.protocol) && `${url.username}${url.password}${url.search}` === '';
  if (isFit) return;
  const shown = url === null ? `"${baseUrl}" is not a URL` : `${url.protocol}//${url.host}… is not usable`;
  throw new ConfigurationError({
    code: 'bad-model-url',
    message: `${variable}: ${shown}; expected http or https without user, password and query, e.g. http://127.0.0.1:11434/v1`,
    fields: { variable },
  });
}
