import type { CalibrationPrompt } from './decoder/calibration-protocol.ts';

/** Says a prompt to a person, e.g. `grip, firmly`. */
export function promptText({ gesture, effort, isRecorded }: CalibrationPrompt): string {
  if (gesture === 'rest') return isRecorded ? 'rest: keep still' : 'rest';
  return `${gesture}, ${effort < 0.4 ? 'gently' : effort < 0.5 ? 'with some effort' : 'firmly'}`;
}
