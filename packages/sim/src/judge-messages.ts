import { type QuaternionXyzw, Transform, type Vector3 } from '@efferent/core';
import type { MessageTypes, ServiceTypes } from '@efferent/interfaces';
import type { EntityState, SimWorld } from './sim-world.ts';

type Header = MessageTypes['std_msgs/msg/Header'];
/** Release 2 of the interface, where it is sourced, says what to set; the first one always sets the pose. */
type SetEntityRequest = ServiceTypes['simulation_interfaces/srv/SetEntityState']['Request'] & {
  readonly set_pose?: boolean;
  readonly set_twist?: boolean;
  readonly set_acceleration?: boolean;
};

/** Numbers of simulation_interfaces/msg/Result and SetEntityState. */
export const simulationResult = {
  unsupported: 0,
  ok: 1,
  notFound: 2,
  incorrectState: 3,
  invalidPose: 101,
} as const;

/** Numbers of simulation_interfaces/msg/SimulationState. */
export const simulationState = { stopped: 0, playing: 1, paused: 2 } as const;

/** A simulation_interfaces/msg/Result. */
export interface SimulationReply {
  readonly result: number;
  readonly error_message: string;
}

export const simulationOk: SimulationReply = { result: simulationResult.ok, error_message: '' };

/** Says why a call under `/sim` was not carried out. */
export function refuse(result: number, error_message: string): SimulationReply {
  return { result, error_message };
}

/** Writes a simulation_interfaces/msg/EntityState. */
export function entityMessage({ pose, linearMps, angularRadS }: EntityState, header: Header) {
  const [x, y, z] = pose.translation;
  const [qx, qy, qz, qw] = pose.rotation;
  return {
    header,
    pose: { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } },
    twist: {
      linear: { x: linearMps[0], y: linearMps[1], z: linearMps[2] },
      angular: { x: angularRadS[0], y: angularRadS[1], z: angularRadS[2] },
    },
  };
}

/** Puts a movable thing at a pose of `map`, at rest; requests that set no pose are not supported. */
export function setEntity(world: SimWorld, request: SetEntityRequest): SimulationReply {
  const { entity: id, state } = request;
  if (request.set_pose !== true && (request.set_twist === true || request.set_acceleration === true)) {
    return refuse(simulationResult.unsupported, 'only poses can be set');
  }
  const { position: p, orientation: q } = state.pose;
  if (world.physics.findObject(id) === undefined) {
    return refuse(simulationResult.notFound, `there is no movable entity "${id}"`);
  }
  const translation: Vector3 = [p.x, p.y, p.z];
  const length = Math.hypot(q.x, q.y, q.z, q.w);
  if (!translation.every(Number.isFinite) || !(length > 1e-6)) {
    return refuse(simulationResult.invalidPose, 'the pose is not a number');
  }
  const rotation: QuaternionXyzw = [q.x / length, q.y / length, q.z / length, q.w / length];
  world.moveObject(id, new Transform(translation, rotation));
  return simulationOk;
}
