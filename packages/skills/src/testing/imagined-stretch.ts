import { join } from 'node:path';
import type { Transform } from '@efferent/core';
import { loadPriorMap, loadRobotModel, type PriorMap } from '@efferent/robot';
import type { ImaginedStart } from '../imagined-body.ts';
import type { ActuatorTargets, CarriedThing } from '../skill-body.ts';

const workspace = [join(import.meta.dirname, '../../../..')];

export const model = loadRobotModel(workspace, 'stretch');
export const careRoom = loadPriorMap(workspace, 'care-room');
export const kitchen = loadPriorMap(workspace, 'kitchen');

interface StartOptions {
  readonly map?: PriorMap;
  readonly mapFromBase: Transform;
  /** A pose of `robot.yaml`, and joints that are elsewhere, m or rad. */
  readonly pose: string;
  readonly joints?: ActuatorTargets;
  /** What the hand holds, firmly. */
  readonly carried?: CarriedThing | undefined;
}

/** A Stretch in the care room, or elsewhere, whose camera sees no surface. */
export function stretchStart({
  map = careRoom,
  mapFromBase,
  pose,
  joints = {},
  carried,
}: StartOptions): ImaginedStart {
  const positions = model.namedPose(pose);
  for (const [name, position] of Object.entries(joints)) positions[model.actuatorIndex(name)] = position;
  const holdsN = (name: string) => (name === model.manifest.gripper.actuator ? -20 : 0);
  return {
    model,
    map,
    openings: new Map(),
    carried,
    mapFromBase: () => mapFromBase,
    actuatorPositions: () => positions.slice(),
    effort: (name) => (carried === undefined ? 0 : holdsN(name)),
    depthPoints: () => ({ stampS: 0, pointsM: new Float64Array(0) }),
  };
}
