import type { LinearDiscriminant } from './linear-discriminant.ts';
import { onnxModelType } from './onnx-schema.ts';

/** Names of a decoder's input, one of the two, and of its output. */
export const decoderTensors = { input: 'features', history: 'history', output: 'probabilities' } as const;
/** Name of the output of a pre-trained network, and of the tensor between it and its head in a decoder. */
export const embeddingTensor = 'embedding';

const float32 = 1;

/**
 * Writes a linear discriminant as an ONNX model: features `[1, feature]` to probabilities `[1, class]`, with logarithm
 * and temperature inside the graph.
 *
 * @param metadata - text that travels with the model
 * @returns the bytes of the `.onnx` file (IR 8, opset 13)
 */
export function exportOnnx(
  model: LinearDiscriminant,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const { input } = decoderTensors;
  const head = headOf(model, 'logarithm');
  const message = onnxModelType.create({
    irVersion: 8,
    producerName: 'efferent',
    opsetImport: [{ domain: '', version: 13 }],
    metadataProps: entriesOf(metadata),
    graph: {
      name: 'gesture-decoder',
      node: [node('Add', [input, 'one'], 'shifted'), node('Log', ['shifted'], 'logarithm'), ...head.nodes],
      initializer: [tensor('one', [1], Float32Array.of(1)), ...head.initializers],
      input: [valueInfo(input, [1, model.featureCount])],
      output: [head.output],
    },
  });
  return onnxModelType.encode(message).finish();
}

/** The parts of a graph that are changed here; others stay as they are. */
interface OnnxGraph {
  node: unknown[];
  initializer: unknown[];
  output: unknown[];
}

/**
 * Puts a linear discriminant on a pre-trained network, so that one file goes from features to probabilities.
 *
 * @param encoder - an ONNX file whose output is the embedding `[1, feature]`
 * @param metadata - text that travels with the model
 */
export function appendHead(
  encoder: Uint8Array,
  model: LinearDiscriminant,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const message = onnxModelType.decode(encoder) as unknown as { graph: OnnxGraph; metadataProps: unknown[] };
  const head = headOf(model, embeddingTensor);
  message.graph.node.push(...head.nodes);
  message.graph.initializer.push(...head.initializers);
  message.graph.output = [head.output];
  message.metadataProps = entriesOf(metadata);
  return onnxModelType.encode(message).finish();
}

/** Makes a discriminant of a vector in the graph; names begin with `head`, which no exporter uses. */
function headOf(model: LinearDiscriminant, vector: string) {
  const { featureCount, classCount, temperature } = model;
  const inverseTemperature = (values: Float32Array) => values.map((value) => value / temperature);
  return {
    nodes: [
      node('Sub', [vector, 'head.mean'], 'head.centred'),
      node('Gemm', ['head.centred', 'head.weights', 'head.bias'], 'head.logits'),
      node('Softmax', ['head.logits'], decoderTensors.output),
    ],
    initializers: [
      tensor('head.mean', [featureCount], model.mean),
      tensor('head.weights', [featureCount, classCount], inverseTemperature(model.weights)),
      tensor('head.bias', [classCount], inverseTemperature(model.bias)),
    ],
    output: valueInfo(decoderTensors.output, [1, classCount]),
  };
}

function entriesOf(metadata: Readonly<Record<string, string>>) {
  return Object.entries(metadata).map(([key, value]) => ({ key, value }));
}

function node(opType: string, input: readonly string[], output: string) {
  return { opType, name: output, input: [...input], output: [output] };
}

function tensor(name: string, dims: readonly number[], values: Float32Array) {
  const rawData = new Uint8Array(values.length * 4);
  const view = new DataView(rawData.buffer);
  values.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return { name, dims: [...dims], dataType: float32, rawData };
}

function valueInfo(name: string, dims: readonly number[]) {
  const shape = { dim: dims.map((dimValue) => ({ dimValue })) };
  return { name, type: { tensorType: { elemType: float32, shape } } };
}
