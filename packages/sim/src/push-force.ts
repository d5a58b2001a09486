import type { Vector3 } from '@efferent/core';
import type { RobotModel } from '@efferent/robot';
import type { BodyRegion } from './people.ts';
import { blockedEffort } from './servo.ts';

/**
 * Stiffness and effective mass of body regions: ISO/TS 15066:2016 table A.3 as cited in public sources
 * (e.g. "ISO/TS 15066 body region force limits", inmotion; Marvel and Norcross 2017, PMC5117641, for the method). N/m and kg.
 */
const tissue: Readonly<Record<BodyRegion, { readonly stiffness: number; readonly massKg: number }>> = {
  head: { stiffness: 75_000, massKg: 4.4 },
  neck: { stiffness: 50_000, massKg: 1.2 },
  trunk: { stiffness: 25_000, massKg: 40 },
  'upper-arm': { stiffness: 30_000, massKg: 3 },
  'lower-arm': { stiffness: 40_000, massKg: 2 },
  thigh: { stiffness: 50_000, massKg: 75 },
  'lower-leg': { stiffness: 60_000, massKg: 75 },
};

/** The most that wheels push before they slip, as a share of the robot's weight: rubber on a floor, ours. */
const wheelTraction = 0.6;
const gravityMps2 = 9.81;

/** A contact that stopped a motion: how hard the motion presses on, and how fast and how heavy it came. */
export interface Push {
  /** What was met: `furniture`, or `person/part`. */
  readonly with: string;
  /** Of what keeps pressing, N. */
  readonly pressN: number;
  /** Of the solid that met it, m/s. */
  readonly speedMps: number;
  readonly massKg: number;
  /** How far the solid wanted to go in this step, map frame, m. */
  readonly wayM: Vector3;
}

/** What a step of one degree of freedom ran into: see {@link pushOf}. */
interface BlockedStep {
  readonly with: string;
  /** How far the blocked solid would have moved, map frame, m, for this step of the actuator, m or rad. */
  readonly wayM: Vector3;
  readonly stepped: number;
  /** Target minus position of the actuator, m or rad. */
  readonly error: number;
  readonly dtS: number;
}

/** A lever shorter than this would make any force of a turning joint, m. */
const shortestLeverM = 0.05;

/** Estimates the push of a blocked step. @param dof - index of the actuator; their number for the base */
export function pushOf(model: RobotModel, dof: number, step: BlockedStep): Push {
  const { base, arm } = model.manifest.moving_mass_kg;
  const actuator = model.actuators[dof];
  const movedM = Math.hypot(...step.wayM);
  const common = { with: step.with, speedMps: movedM / step.dtS, wayM: step.wayM };
  if (actuator === undefined) return { ...common, massKg: base, pressN: wheelTraction * gravityMps2 * base };
  const lever = Math.max(shortestLeverM, movedM / Math.abs(step.stepped));
  return { ...common, massKg: arm, pressN: Math.abs(blockedEffort(actuator, step.error)) / lever };
}

/**
 * Peak force of the first touch, N: two masses and the spring of the tissue, `F = v sqrt(k m1 m2 / (m1 + m2))`.
 * @see ISO/TS 15066:2016, A.3.4, as cited in public sources
 */
export function transientForceN(region: BodyRegion, massKg: number, speedMps: number): number {
  const { stiffness, massKg: bodyKg } = tissue[region];
  return speedMps * Math.sqrt((stiffness * massKg * bodyKg) / (massKg + bodyKg));
}
