import type { Electrode } from './volume-conductor.ts';

/** The sleeve: rings of electrodes about the forearm; channel = ring * columns + column. Ring 0 is proximal. */
export const sleeveLayout = { rings: 4, columns: 16, ringSpacingM: 0.02 } as const;

/** Where the sleeve sits. */
export interface SleevePlacement {
  /** Rotation about the forearm, rad. */
  readonly sleeveRotationRad: number;
  /** Shift along the forearm, m, distal positive. */
  readonly sleeveShiftM: number;
}

/** Returns where each electrode lies, `[channel]`. */
export function sleeveElectrodes(placement: SleevePlacement): readonly Electrode[] {
  const { rings, columns, ringSpacingM } = sleeveLayout;
  return Array.from({ length: rings * columns }, (_, channel) => ({
    angleRad: placement.sleeveRotationRad + ((channel % columns) / columns) * 2 * Math.PI,
    alongM: placement.sleeveShiftM + (Math.floor(channel / columns) - (rings - 1) / 2) * ringSpacingM,
  }));
}
