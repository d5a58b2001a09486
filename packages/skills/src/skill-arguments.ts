import { Transform, type Vector3 } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import type { SkillContract } from './contract.ts';
import type { MapSighting } from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';

type ArgumentMessage = MessageTypes['efferent_interfaces/msg/SkillArgument'];

/** A named thing and where the caller believes it to be. */
export interface SkillArgumentValue {
  readonly name: string;
  /** Id or text. */
  readonly value: string;
  readonly objectClass: string;
  /** Undefined when the caller does not know. */
  readonly mapFromThing: Transform | undefined;
  /** Extent in the thing's own axes, m; undefined when the caller does not know. */
  readonly sizeM: Vector3 | undefined;
}

export type SkillArguments = ReadonlyMap<string, SkillArgumentValue>;

/** Maps a frame id to `map`, or undefined when they are not connected. */
export type MapFromFrame = (frameId: string) => Transform | undefined;

/**
 * Checks the arguments of a goal against the contract and brings their poses into `map`.
 * @throws {@link SkillFailure} code `invalid-argument`, naming the argument
 */
export function readArguments(
  contract: SkillContract,
  given: readonly ArgumentMessage[],
  mapFromFrame: MapFromFrame,
): SkillArguments {
  const values = new Map<string, SkillArgumentValue>();
  for (const message of given) {
    const parameter = contract.parameters.find((entry) => entry.name === message.name);
    if (parameter === undefined) {
      const known = contract.parameters.map((entry) => entry.name).join(', ') || 'none';
      throw new SkillFailure(
        'invalid-argument',
        `${contract.name} has no parameter "${message.name}"; it has ${known}`,
      );
    }
    const { x, y, z } = message.size;
    values.set(message.name, {
      name: message.name,
      value: message.value,
      objectClass: message.object_class,
      mapFromThing: poseInMap(message, mapFromFrame),
      sizeM: x > 0 && y > 0 && z > 0 ? [x, y, z] : undefined,
    });
  }
  for (const parameter of contract.parameters) {
    const value = values.get(parameter.name);
    if (parameter.required && (value === undefined || value.value === '')) {
      throw new SkillFailure(
        'invalid-argument',
        `${contract.name} needs "${parameter.name}": ${parameter.description}`,
      );
    }
  }
  return values;
}

/** Brings things with a pose and a size into `map`. @throws {@link SkillFailure} code `invalid-argument`, naming the thing */
export function readSightings(
  given: readonly ArgumentMessage[],
  mapFromFrame: MapFromFrame,
): readonly MapSighting[] {
  return given.flatMap((message) => {
    const mapFromThing = poseInMap(message, mapFromFrame);
    const { x, y, z } = message.size;
    if (mapFromThing === undefined || !(x > 0 && y > 0 && z > 0)) return [];
    return [{ className: message.object_class, score: 1, mapFromThing, sizeM: [x, y, z] }];
  });
}

function poseInMap(message: ArgumentMessage, mapFromFrame: MapFromFrame): Transform | undefined {
  const frame = message.pose.header.frame_id;
  if (frame === '') return undefined;
  const mapFromGiven = mapFromFrame(frame);
  if (mapFromGiven === undefined) {
    throw new SkillFailure(
      'invalid-argument',
      `the pose of "${message.name}" is in frame "${frame}", which is not connected to map`,
    );
  }
  const { position: p, orientation: q } = message.pose.pose;
  return mapFromGiven.multiply(new Transform([p.x, p.y, p.z], [q.x, q.y, q.z, q.w]));
}

/** Returns a required argument. */
export function argument(values: SkillArguments, name: string): SkillArgumentValue {
  const value = values.get(name);
  if (value === undefined) throw new SkillFailure('invalid-argument', `"${name}" is missing`);
  return value;
}
