import { readFile } from 'node:fs/promises';
import { ConfigurationError, ContractError, describeError, PolicyError } from '@efferent/core';
import type * as ort from 'onnxruntime-node';
import {
  checkModelContract,
  type ModelContract,
  type ModelDescription,
  type TensorContract,
} from './contract.ts';
import { readOnnxMetadata } from './metadata.ts';

/** Inputs of a run by name; float tensors in row-major order. */
export type Feeds = Readonly<Record<string, Float32Array>>;
/** Outputs of a run by name; the arrays belong to the model and change with its next run. */
export type Outputs = Readonly<Record<string, Float32Array>>;

type MakeTensor = (buffer: Float32Array, dims: readonly number[]) => ort.Tensor;

/** An ONNX session with fixed shapes, one thread and buffers that are made once. */
export class OnnxModel implements ModelDescription {
  readonly file: string;
  readonly inputs: readonly TensorContract[];
  readonly outputs: readonly TensorContract[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly #session: ort.InferenceSession;
  readonly #feeds: Record<string, ort.Tensor> = {};
  readonly #inputBuffers: Record<string, Float32Array> = {};
  readonly #fetches: Record<string, ort.Tensor> = {};
  readonly #outputBuffers: Record<string, Float32Array> = {};
  #running = false;

  /** Use {@link loadModel}. */
  constructor(
    file: string,
    session: ort.InferenceSession,
    metadata: ReadonlyMap<string, string>,
    axes: Readonly<Record<string, number>>,
    makeTensor: MakeTensor,
  ) {
    this.file = file;
    this.#session = session;
    this.metadata = metadata;
    this.inputs = session.inputMetadata.map(describeTensor);
    this.outputs = session.outputMetadata.map(describeTensor);
    for (const input of this.inputs) {
      const { buffer, tensor } = allocate(file, input, axes, makeTensor);
      this.#inputBuffers[input.name] = buffer;
      this.#feeds[input.name] = tensor;
    }
    for (const output of this.outputs) {
      const { buffer, tensor } = allocate(file, output, axes, makeTensor);
      this.#outputBuffers[output.name] = buffer;
      this.#fetches[output.name] = tensor;
    }
  }

  /**
   * Computes the outputs. Runs inside control loops: copies into its own buffers and allocates no array.
   *
   * @param feeds - one array for each input, of exactly its size
   * @returns the model's own output buffers, valid until the next run
   * @throws {@link ContractError} code `bad-feed` naming the input
   * @throws {@link PolicyError} code `inference-failed`, or `inference-overlap` when a run is still open
   */
  async run(feeds: Feeds): Promise<Outputs> {
    if (this.#running) {
      throw new PolicyError({
        code: 'inference-overlap',
        message: `${this.file}: a run is still open; await it before the next, its buffers are shared`,
      });
    }
    for (const input of this.inputs) {
      const given = feeds[input.name];
      const buffer = this.#inputBuffers[input.name] as Float32Array;
      if (given === undefined || given.length !== buffer.length) {
        throw new ContractError({
          code: 'bad-feed',
          message: `${this.file}: input "${input.name}" needs ${buffer.length} values (shape [${input.shape.join(', ')}]), got ${given === undefined ? 'none' : given.length}`,
          fields: { file: this.file, input: input.name },
        });
      }
      buffer.set(given);
    }
    this.#running = true;
    try {
      await this.#session.run(this.#feeds, this.#fetches);
    } catch (cause) {
      throw new PolicyError({
        code: 'inference-failed',
        message: `${this.file}: ${describeError(cause)}`,
        cause,
      });
    } finally {
      this.#running = false;
    }
    return this.#outputBuffers;
  }

  /** Frees the native session. */
  async dispose(): Promise<void> {
    await this.#session.release();
  }
}

export interface LoadOptions {
  /** Refuse the file unless it fits. */
  readonly contract?: ModelContract;
  /** Extents of named axes, e.g. `{ batch: 1 }`; axes that are not named here are taken as 1. */
  readonly axes?: Readonly<Record<string, number>>;
}

/**
 * Loads an ONNX file into a session of one thread (results do not depend on the machine's cores).
 *
 * @param file - path of the `.onnx` file
 * @throws {@link ConfigurationError} code `unreadable-model` when the file cannot be read
 * @throws {@link ContractError} code `not-onnx` or `model-mismatch` naming every mismatch
 */
export async function loadModel(file: string, options: LoadOptions = {}): Promise<OnnxModel> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new ConfigurationError({
      code: 'unreadable-model',
      message: `${file}: cannot be read (${describeError(cause)}); train or export the model first`,
      fields: { file },
      cause,
    });
  }
  const metadata = readOnnxMetadata(bytes);
  // The native library has 46 MB: loaded by those who run a model, not by all who read a manifest.
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  let session: ort.InferenceSession;
  try {
    session = await InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      executionProviders: ['cpu'],
    });
  } catch (cause) {
    throw new ContractError({
      code: 'not-onnx',
      message: `${file}: onnxruntime cannot load it (${describeError(cause)})`,
      fields: { file },
      cause,
    });
  }
  const model = new OnnxModel(
    file,
    session,
    metadata,
    options.axes ?? {},
    (buffer, dims) => new Tensor('float32', buffer, dims),
  );
  if (options.contract !== undefined) {
    try {
      checkModelContract(model, options.contract);
    } catch (error) {
      await model.dispose();
      throw error;
    }
  }
  return model;
}

function describeTensor(value: ort.InferenceSession.ValueMetadata): TensorContract {
  return value.isTensor
    ? { name: value.name, shape: value.shape, type: value.type }
    : { name: value.name, shape: [], type: 'not a tensor' };
}

function allocate(
  file: string,
  tensor: TensorContract,
  axes: Readonly<Record<string, number>>,
  makeTensor: MakeTensor,
): { buffer: Float32Array; tensor: ort.Tensor } {
  if (tensor.type !== 'float32') {
    throw new ContractError({
      code: 'model-mismatch',
      message: `${file}: "${tensor.name}" is ${tensor.type}; only float32 tensors are supported, cast inside the graph`,
      fields: { file, tensor: tensor.name },
    });
  }
  const dims = tensor.shape.map((extent) => (typeof extent === 'number' ? extent : (axes[extent] ?? 1)));
  const buffer = new Float32Array(dims.reduce((product, extent) => product * extent, 1));
  return { buffer, tensor: makeTensor(buffer, dims) };
}
