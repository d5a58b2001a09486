/**
 * The ten classes of the FlexWear-HD protocol in a fixed order; a decoder may use any subset.
 *
 * `open` is finger abduction with extension, `tripod` the pinch of thumb, index and middle finger, `abduct` and
 * `adduct` are radial and ulnar deviation of the wrist.
 * @see https://huggingface.co/datasets/jehanyang/FlexWear-HD
 */
export const gestureNames = [
  'rest',
  'grip',
  'open',
  'tripod',
  'wflex',
  'wextend',
  'abduct',
  'adduct',
  'pronate',
  'supinate',
] as const;

export type GestureName = (typeof gestureNames)[number];

/** Tells whether `name` is one of {@link gestureNames}. */
export function isGestureName(name: string): name is GestureName {
  return (gestureNames as readonly string[]).includes(name);
}
