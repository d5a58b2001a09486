import { resolve } from 'node:path';

/** What the options of `efferent` say about the language model. */
export interface ModelOptions {
  readonly model: string;
  readonly modelUrl?: string;
  readonly modelName?: string;
  readonly modelRecord?: string;
  readonly modelReplay?: string;
}

/** The arguments of a launch file beside `model`; only those that were given, since a person's own file may not declare them. */
export function modelArguments(options: ModelOptions): Readonly<Record<string, string>> {
  const { modelUrl, modelName, modelRecord, modelReplay } = options;
  return {
    ...(modelUrl === undefined ? {} : { model_url: modelUrl }),
    ...(modelName === undefined ? {} : { model_name: modelName }),
    ...(modelRecord === undefined ? {} : { model_record: resolve(modelRecord) }),
    ...(modelReplay === undefined ? {} : { model_replay: resolve(modelReplay) }),
  };
}
