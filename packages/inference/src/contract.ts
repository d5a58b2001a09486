import { ContractError } from '@efferent/core';

/** One input or output of a model. */
export interface TensorContract {
  readonly name: string;
  /** Extent of every axis; a string names an axis of any extent. */
  readonly shape: readonly (number | string)[];
  /** Element type as onnxruntime names it: `float32`, `int64`, … */
  readonly type: string;
}

/** What a caller needs a model to be. */
export interface ModelContract {
  readonly inputs: readonly TensorContract[];
  readonly outputs: readonly TensorContract[];
  /** Metadata keys that must be there with exactly this text. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a model file says about itself. */
export interface ModelDescription {
  readonly file: string;
  readonly inputs: readonly TensorContract[];
  readonly outputs: readonly TensorContract[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** Lists every way in which a model differs from a contract, one sentence each; empty when it fits. */
export function contractMismatches(model: ModelDescription, contract: ModelContract): readonly string[] {
  return [
    ...tensorMismatches('input', model.inputs, contract.inputs),
    ...tensorMismatches('output', model.outputs, contract.outputs),
    ...Object.entries(contract.metadata ?? {}).flatMap(([key, expected]) => {
      const found = model.metadata.get(key);
      if (found === expected) return [];
      return [
        `metadata "${key}" is ${found === undefined ? 'missing' : `"${found}"`}, expected "${expected}"`,
      ];
    }),
  ];
}

/** Refuses a model that does not fit. @throws {@link ContractError} code `model-mismatch`, one line a mismatch. */
export function checkModelContract(model: ModelDescription, contract: ModelContract): void {
  const mismatches = contractMismatches(model, contract);
  if (mismatches.length === 0) return;
  throw new ContractError({
    code: 'model-mismatch',
    message: mismatches.map((mismatch) => `${model.file}: ${mismatch}`).join('\n'),
    fields: { file: model.file, mismatches },
  });
}

function tensorMismatches(
  role: 'input' | 'output',
  found: readonly TensorContract[],
  expected: readonly TensorContract[],
): readonly string[] {
  const problems: string[] = [];
  for (const want of expected) {
    const have = found.find((tensor) => tensor.name === want.name);
    if (have === undefined) {
      problems.push(
        `${role} "${want.name}" is missing; the model has ${found.map((tensor) => tensor.name).join(', ')}`,
      );
      continue;
    }
    if (have.type !== want.type)
      problems.push(`${role} "${want.name}" is ${have.type}, expected ${want.type}`);
    const fits =
      have.shape.length === want.shape.length &&
      have.shape.every((extent, axis) => {
        const wanted = want.shape[axis];
        return typeof extent === 'string' || typeof wanted === 'string' || extent === wanted;
      });
    if (!fits)
      problems.push(
        `${role} "${want.name}" has shape [${have.shape.join(', ')}], expected [${want.shape.join(', ')}]`,
      );
  }
  for (const have of found) {
    if (!expected.some((tensor) => tensor.name === have.name))
      problems.push(`${role} "${have.name}" is not expected`);
  }
  return problems;
}
