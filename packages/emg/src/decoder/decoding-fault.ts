/** What can be wrong with the signal or the decoder, in words that a person reads; the empty name is no fault. */
export const decodingFaults = {
  '': '',
  'co-activation': 'the whole forearm is tight',
  'no-frames': 'no samples come from the sleeve',
  gap: 'samples of the sleeve were lost',
  'wrong-shape': 'the sleeve sends samples of another shape than it was calibrated with',
  'not-finite': 'samples of the sleeve are not finite numbers',
  saturated: 'electrodes are driven to the end of their range',
  'dead-channels': 'more than 20 % of the electrodes are dead',
  calibrating: 'the decoder is being calibrated',
  'decoder-failed': 'the decoder has failed',
} as const;

export type DecodingFault = keyof typeof decodingFaults;
