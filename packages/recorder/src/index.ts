export type { BagCompression, BagSummary, BagTopic } from './bag-format.ts';
export {
  type Bag,
  type BagMessage,
  openBag,
  type Recovery,
  recoverBag,
  recoveredPath,
} from './bag-reader.ts';
export { BagWriter, type BagWriterOptions } from './bag-writer.ts';
export { type PlayOptions, playBag } from './play-node.ts';
export { type Recording, type RecordOptions, startRecording } from './record-node.ts';
