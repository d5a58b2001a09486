import type { GestureName } from '../gestures.ts';

/** Where a muscle lies in a cross-section of the forearm and along it. */
export interface Muscle {
  readonly id: string;
  /** Depth of its fibres below the skin, m, [nearest, farthest]. */
  readonly depthM: readonly [number, number];
  /** Angle about the forearm as a fraction of the circumference, [from, to]. */
  readonly angleFraction: readonly [number, number];
  /** Centre of its innervation zones along the forearm from the middle of the sleeve, m, distal positive. */
  readonly innervationM: number;
  /** Length of its fibres, m. */
  readonly fibreLengthM: number;
}

/**
 * Muscles under the sleeve.
 *
 * Depth and angle of ECRB, ECRL, PL, FCU (both heads), ECU, EDC and FDS are those of NeuroMotion's `mn_params`. The
 * others (FCR, FDP, FPL, PT, SUP, BR, APL) and every position along the forearm are our estimates from anatomy atlases,
 * placed in the same angular frame: volar near 0, radial near 0.35, dorsal near 0.6, ulnar near 0.8.
 * @see https://github.com/shihan-ma/NeuroMotion
 */
const muscleTable = [
  {
    id: 'ecrb',
    depthM: [0.013, 0.022],
    angleFraction: [0.49, 0.66],
    innervationM: -0.01,
    fibreLengthM: 0.06,
  },
  {
    id: 'ecrl',
    depthM: [0.0085, 0.0153],
    angleFraction: [0.46, 0.51],
    innervationM: -0.03,
    fibreLengthM: 0.07,
  },
  {
    id: 'pl',
    depthM: [0.0071, 0.0114],
    angleFraction: [0.054, 0.096],
    innervationM: -0.01,
    fibreLengthM: 0.055,
  },
  {
    id: 'fcu-ulnar',
    depthM: [0.0084, 0.0168],
    angleFraction: [0.79, 0.87],
    innervationM: 0,
    fibreLengthM: 0.05,
  },
  {
    id: 'fcu-humeral',
    depthM: [0.0074, 0.0165],
    angleFraction: [0.95, 1.0],
    innervationM: -0.02,
    fibreLengthM: 0.05,
  },
  { id: 'ecu', depthM: [0.0092, 0.0168], angleFraction: [0.72, 0.78], innervationM: 0, fibreLengthM: 0.055 },
  {
    id: 'edc',
    depthM: [0.0079, 0.0171],
    angleFraction: [0.56, 0.68],
    innervationM: 0.005,
    fibreLengthM: 0.06,
  },
  {
    id: 'fds',
    depthM: [0.0145, 0.0231],
    angleFraction: [0.1, 0.23],
    innervationM: 0.005,
    fibreLengthM: 0.06,
  },
  { id: 'fcr', depthM: [0.008, 0.015], angleFraction: [0.13, 0.2], innervationM: -0.015, fibreLengthM: 0.06 },
  { id: 'fdp', depthM: [0.019, 0.028], angleFraction: [0.85, 0.98], innervationM: 0.01, fibreLengthM: 0.065 },
  {
    id: 'fpl',
    depthM: [0.017, 0.025],
    angleFraction: [0.24, 0.33],
    innervationM: 0.025,
    fibreLengthM: 0.045,
  },
  { id: 'pt', depthM: [0.009, 0.018], angleFraction: [0.2, 0.3], innervationM: -0.035, fibreLengthM: 0.045 },
  { id: 'sup', depthM: [0.018, 0.026], angleFraction: [0.4, 0.52], innervationM: -0.03, fibreLengthM: 0.035 },
  { id: 'br', depthM: [0.0075, 0.014], angleFraction: [0.35, 0.43], innervationM: -0.03, fibreLengthM: 0.09 },
  { id: 'apl', depthM: [0.013, 0.02], angleFraction: [0.5, 0.58], innervationM: 0.03, fibreLengthM: 0.045 },
] as const satisfies readonly Muscle[];

/** The muscles in the order of every per-muscle array. */
export const muscles: readonly Muscle[] = muscleTable;

export type MuscleId = (typeof muscleTable)[number]['id'];

/**
 * Activation of each muscle for a gesture at full effort, fraction of its maximum; what is missing is still.
 *
 * Our estimates: the agonists of each movement, plus the co-contraction that stabilises the wrist.
 */
export const gestureSynergies: Readonly<Record<GestureName, Readonly<Partial<Record<MuscleId, number>>>>> = {
  rest: {},
  grip: { fds: 0.85, fdp: 0.8, fpl: 0.6, ecrb: 0.4, ecu: 0.3, 'fcu-ulnar': 0.25, fcr: 0.15 },
  open: { edc: 0.95, apl: 0.6, ecu: 0.2, pl: 0.2, 'fcu-ulnar': 0.15 },
  tripod: { fds: 0.5, fpl: 0.8, fdp: 0.25, ecrb: 0.25, apl: 0.3 },
  wflex: { fcr: 0.85, 'fcu-humeral': 0.8, 'fcu-ulnar': 0.75, pl: 0.8, fds: 0.2 },
  wextend: { ecrl: 0.8, ecrb: 0.85, ecu: 0.75, edc: 0.3 },
  abduct: { ecrl: 0.75, fcr: 0.6, apl: 0.7, ecrb: 0.4, br: 0.15 },
  adduct: { 'fcu-ulnar': 0.85, 'fcu-humeral': 0.6, ecu: 0.8, fdp: 0.1 },
  pronate: { pt: 0.9, fcr: 0.3, br: 0.25 },
  supinate: { sup: 0.9, br: 0.4, ecrb: 0.15, apl: 0.2 },
};
