export {
  checkModelContract,
  contractMismatches,
  type ModelContract,
  type ModelDescription,
  type TensorContract,
} from './contract.ts';
export { readOnnxMetadata } from './metadata.ts';
export { type Feeds, type LoadOptions, loadModel, OnnxModel, type Outputs } from './onnx-model.ts';
