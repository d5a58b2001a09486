import protobuf from 'protobufjs/light.js';
import type { LinearDiscriminant } from './linear-discriminant.ts';

/** Name and shape of the decoder's input and output tensors. */
export const decoderTensors = { input: 'features', output: 'probabilities' } as const;

/** The fields of onnx.proto3 that a graph of plain operators needs; numbers are those of ONNX 1.x. */
const onnxSchema = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        graph: { type: 'GraphProto', id: 7 },
        opsetImport: { rule: 'repeated', type: 'OperatorSetIdProto', id: 8 },
        metadataProps: { rule: 'repeated', type: 'StringStringEntryProto', id: 14 },
      },
    },
    OperatorSetIdProto: { fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } } },
    StringStringEntryProto: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    GraphProto: {
      fields: {
        node: { rule: 'repeated', type: 'NodeProto', id: 1 },
        name: { type: 'string', id: 2 },
        initializer: { rule: 'repeated', type: 'TensorProto', id: 5 },
        input: { rule: 'repeated', type: 'ValueInfoProto', id: 11 },
        output: { rule: 'repeated', type: 'ValueInfoProto', id: 12 },
      },
    },
    NodeProto: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
      },
    },
    TensorProto: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1 },
        dataType: { type: 'int32', id: 2 },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
      },
    },
    ValueInfoProto: { fields: { name: { type: 'string', id: 1 }, type: { type: 'TypeProto', id: 2 } } },
    TypeProto: { fields: { tensorType: { type: 'TensorTypeProto', id: 1 } } },
    TensorTypeProto: {
      fields: { elemType: { type: 'int32', id: 1 }, shape: { type: 'TensorShapeProto', id: 2 } },
    },
    TensorShapeProto: { fields: { dim: { rule: 'repeated', type: 'DimensionProto', id: 1 } } },
    DimensionProto: { fields: { dimValue: { type: 'int64', id: 1 } } },
  },
});

const float32 = 1;

/**
 * Writes a linear discriminant as an ONNX model: features `[1, feature]` to probabilities `[1, class]`, with logarithm
 * and temperature inside the graph.
 *
 * @param metadata - text that travels with the model
 * @returns the bytes of the `.onnx` file (IR 8, opset 13)
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
export function exportOnnx(
  model: LinearDiscriminant,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const { featureCount, classCount, temperature } = model;
  const inverseTemperature = (values: Float32Array) => values.map((value) => value / temperature);
  const type = onnxSchema.lookupType('ModelProto');
  const { input, output } = decoderTensors;
  const message = type.create({
    irVersion: 8,
    producerName: 'efferent',
    opsetImport: [{ domain: '', version: 13 }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'gesture-decoder',
      node: [
        node('Add', [input, 'one'], 'shifted'),
        node('Log', ['shifted'], 'logarithm'),
        node('Sub', ['logarithm', 'mean'], 'centred'),
        node('Gemm', ['centred', 'weights', 'bias'], 'logits'),
        node('Softmax', ['logits'], output),
      ],
      initializer: [
        tensor('one', [1], Float32Array.of(1)),
        tensor('mean', [featureCount], model.mean),
        tensor('weights', [featureCount, classCount], inverseTemperature(model.weights)),
        tensor('bias', [classCount], inverseTemperature(model.bias)),
      ],
      input: [valueInfo(input, [1, featureCount])],
      output: [valueInfo(output, [1, classCount])],
    },
  });
  return type.encode(message).finish();
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
