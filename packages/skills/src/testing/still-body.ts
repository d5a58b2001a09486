import type { Transform } from '@efferent/core';
import type { PriorMap, RobotModel } from '@efferent/robot';
import type { ActuatorTargets, MapSighting, SkillBody } from '../skill-body.ts';
import { DriveFailure } from '../skill-failure.ts';

export interface StillBodyOptions {
  readonly model: RobotModel;
  readonly map: PriorMap;
  readonly mapFromBase: Transform;
  readonly sightings?: readonly MapSighting[];
  /** Drives that navigation finds taken, the first ones. */
  readonly takenDrives: number;
}

/**
 * A body in a world without physics: motions end at once where they were sent, every look gives a new picture of the same
 * things, and the fingers close on nothing.
 */
export function stillBody({ model, map, mapFromBase, sightings = [], takenDrives }: StillBodyOptions) {
  /** Where the base was sent, in order. */
  const drives: Transform[] = [];
  const positions = model.namedPose('stow');
  let base = mapFromBase;
  let nowS = 0;
  const openings = new Map<string, number>();
  const set = async (targets: ActuatorTargets) => {
    for (const [name, value] of Object.entries(targets)) positions[model.actuatorIndex(name)] = value;
  };
  const unused = (): never => {
    throw new Error('a still body does not do this');
  };
  const body: SkillBody = {
    model,
    map,
    carried: undefined,
    openings,
    rememberOpening: (id, position) => void openings.set(id, position),
    nowS: () => nowS,
    sleep: async (durationS) => {
      nowS += durationS;
    },
    actuatorPositions: () => positions.slice(),
    position: (name) => positions[model.actuatorIndex(name)]!,
    effort: () => 0,
    mapFromBase: () => base,
    sightings: () => ({ stampS: nowS, sightings }),
    depthPoints: () => ({ stampS: nowS, pointsM: new Float64Array(0) }),
    followPath: async (path) => void positions.set(path.at(-1)!),
    moveActuators: set,
    moveGripper: (apertureM) => set({ [model.manifest.gripper.actuator]: apertureM }),
    driveTo: async (goal) => {
      drives.push(goal);
      if (drives.length <= takenDrives) throw new DriveFailure('unreachable', 'something stands there');
      base = goal;
    },
    sendBaseVelocity: unused,
    sendJog: unused,
    servers: { navigate: unused } as unknown as SkillBody['servers'],
    armPlanner: undefined,
    runPolicy: unused,
    showPath: () => undefined,
    report: () => undefined,
  };
  return { body, drives };
}
