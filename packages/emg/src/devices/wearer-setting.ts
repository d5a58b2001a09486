import type { SourceSetting } from '../emg-source-kind.ts';

/** Whose forearm it is: devices do not know. */
export const wearerSetting: SourceSetting = {
  name: 'wearer',
  default: '1',
  description: 'who wears the electrodes, in letters, digits, - and _; names the calibration',
  pattern: /^[\w-]{1,64}$/,
};
