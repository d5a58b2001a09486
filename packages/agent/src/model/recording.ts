import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, LanguageModelError, parseWithSchema, strictObject } from '@efferent/core';
import * as v from 'valibot';
import type { ChatAnswer, ChatModel, ChatOptions, ChatQuestion } from './chat-model.ts';
import {
  canonicalJson,
  differences,
  type QuestionRecord,
  questionKey,
  questionRecord,
} from './question-record.ts';

/** One JSON line a call, the first line says what was recorded. */
const fileName = 'calls.jsonl';

const headSchema = strictObject({
  format: v.literal('efferent-model-recording-1'),
  model: v.string(),
  address: v.string(),
  modelledLatencyMs: v.number(),
});

const callSchema = strictObject({
  key: v.string(),
  question: v.looseObject({ model: v.string(), purpose: v.string() }),
  outcome: v.union([
    strictObject({
      text: v.string(),
      isTruncated: v.boolean(),
      inputTokens: v.number(),
      outputTokens: v.number(),
      cachedInputTokens: v.number(),
      meanLogProbability: v.optional(v.number()),
      attempts: v.number(),
    }),
    strictObject({ code: v.string(), message: v.string() }),
  ]),
});

type RecordedCall = v.InferOutput<typeof callSchema>;

/** Passes questions on and writes every one with its answer, or its failure, to a folder. Keys of servers are not written. */
export class RecordingChat implements ChatModel {
  readonly id: string;
  readonly address: string;
  readonly modelledLatencyMs: number;
  readonly #chat: ChatModel;
  readonly #file: string;

  /**
   * Goes on with the recording that is in the folder, if it is of the same model.
   *
   * @throws {@link ConfigurationError} when it is of another, or when the folder cannot be written
   */
  constructor(chat: ChatModel, folder: string) {
    const { id, address, modelledLatencyMs } = chat;
    this.id = id;
    this.address = address;
    this.modelledLatencyMs = modelledLatencyMs;
    this.#chat = chat;
    this.#file = join(folder, fileName);
    const head = { format: 'efferent-model-recording-1', model: id, address, modelledLatencyMs };
    if (!existsSync(this.#file)) this.#begin(folder, head);
    else if (canonicalJson(readLines(this.#file)[0]) !== canonicalJson(head))
      throw new ConfigurationError({
        code: 'recording-exists',
        message: `${this.#file} is a recording of another model; record into another folder, or remove it first`,
        fields: { file: this.#file },
      });
  }

  #begin(folder: string, head: object): void {
    try {
      mkdirSync(folder, { recursive: true });
      this.#append(head);
    } catch (error) {
      throw new ConfigurationError({
        code: 'recording-not-writable',
        message: `${this.#file}: cannot be written: ${String(error)}`,
        fields: { file: this.#file },
        cause: error,
      });
    }
  }

  async ask(question: ChatQuestion, options: ChatOptions): Promise<ChatAnswer> {
    const record = questionRecord(this.id, question);
    const write = (outcome: RecordedCall['outcome']) =>
      this.#append({ key: questionKey(record), question: record, outcome });
    let answer: ChatAnswer;
    try {
      answer = await this.#chat.ask(question, options);
    } catch (error) {
      // A call that was cancelled says nothing about the model.
      if (error instanceof LanguageModelError && error.code !== 'aborted')
        write({ code: error.code, message: error.message });
      throw error;
    }
    write(answer);
    return answer;
  }

  #append(line: unknown): void {
    appendFileSync(this.#file, `${canonicalJson(line)}\n`);
  }
}

/** Answers from a recording alone; a question that was asked several times is answered in the order of the recording. */
export class ReplayedChat implements ChatModel {
  readonly id: string;
  readonly address: string;
  /** Where the server was; private strings have placeholders here where they had them there. */
  readonly recordedAddress: string;
  readonly modelledLatencyMs: number;
  readonly #calls = new Map<string, RecordedCall[]>();
  readonly #asked = new Map<string, number>();

  /**
   * @param wanted - name of the model that is asked for; empty takes that of the recording
   * @throws {@link ConfigurationError} naming the file and line that is wrong
   */
  constructor(folder: string, wanted: string) {
    const file = join(folder, fileName);
    const [head, ...lines] = readLines(file);
    const { model, address, modelledLatencyMs } = parseWithSchema(headSchema, head, `${file} line 1`);
    this.id = wanted || model;
    this.address = file;
    this.recordedAddress = address;
    this.modelledLatencyMs = modelledLatencyMs;
    for (const [index, line] of lines.entries()) {
      const call = parseWithSchema(callSchema, line, `${file} line ${index + 2}`);
      this.#calls.set(call.key, [...(this.#calls.get(call.key) ?? []), call]);
    }
  }

  async ask(question: ChatQuestion, { signal, onPartial }: ChatOptions): Promise<ChatAnswer> {
    signal?.throwIfAborted();
    const record = questionRecord(this.id, question);
    const key = questionKey(record);
    const before = this.#asked.get(key) ?? 0;
    this.#asked.set(key, before + 1);
    const calls = this.#calls.get(key);
    const outcome = calls?.[before]?.outcome;
    if (outcome === undefined) throw this.#unknown(record, calls?.length ?? 0);
    if ('code' in outcome)
      throw new LanguageModelError({ code: outcome.code, message: `${outcome.message} (recorded)` });
    onPartial?.(outcome.text);
    const { meanLogProbability, ...rest } = outcome;
    return { ...rest, ...(meanLogProbability === undefined ? {} : { meanLogProbability }) };
  }

  #unknown(record: QuestionRecord, times: number): LanguageModelError {
    const why =
      times > 0
        ? `it was asked ${times} times there and is asked once more here`
        : (this.#nearest(record) ?? `there is no question "${record.purpose}" in it`);
    return new LanguageModelError({
      code: 'not-recorded',
      message: `${this.address} has no answer to this question ("${record.purpose}"): ${why}. Record it anew with model_record`,
      fields: { file: this.address, purpose: record.purpose },
    });
  }

  /** In what the question differs from the recorded one that is most like it. */
  #nearest(record: QuestionRecord): string | undefined {
    const alike = [...this.#calls.values()]
      .map(([first]) => first!.question as QuestionRecord)
      .filter((other) => other.purpose === record.purpose)
      .map((other) => differences(record, other))
      .sort((a, b) => a.length - b.length || a.join().length - b.join().length);
    return alike[0]?.join('; ');
  }
}

function readLines(file: string): readonly unknown[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError({
      code: 'no-recording',
      message: `${file}: cannot be read: ${String(error)}; give the folder that model_record wrote`,
      fields: { file },
      cause: error,
    });
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      try {
        return JSON.parse(line) as unknown;
      } catch (error) {
        throw new ConfigurationError({
          code: 'invalid-file',
          message: `${file} line ${index + 1}: is not JSON: ${String(error)}`,
          fields: { file, line: index + 1 },
          cause: error,
        });
      }
    });
}
