import {
  hexColor,
  identifier,
  nonEmptyList,
  positiveNumber,
  strictObject,
  Transform,
  type Vector3,
  vector3,
} from '@efferent/core';
import * as v from 'valibot';

/** Regions of the body that standards tell apart; see `body-regions.ts`. */
export const bodyRegions = ['head', 'neck', 'trunk', 'upper-arm', 'lower-arm', 'thigh', 'lower-leg'] as const;

export type BodyRegion = (typeof bodyRegions)[number];

const box = v.pipe(
  strictObject({
    center: vector3,
    size: v.strictTuple([positiveNumber, positiveNumber, positiveNumber]),
    color: hexColor,
  }),
  v.transform(({ center, size, color }) => ({ centerM: center, sizeM: size, colorRgb: color })),
);

/**
 * A person as `scene.yaml` has them: boxes in a frame of their own, x ahead, y left, z up, origin on the floor.
 * `pose` is [x m, y m, yaw rad] in `map`; `seat` is what they sit in, e.g. a wheelchair.
 */
export const personSchema = v.pipe(
  strictObject({
    id: identifier,
    pose: vector3,
    parts: nonEmptyList(
      strictObject({ id: identifier, region: v.picklist(bodyRegions), boxes: nonEmptyList(box) }),
    ),
    seat: v.optional(v.array(box), []),
  }),
  v.transform(({ pose, ...rest }) => ({ ...rest, poseXyYaw: pose })),
);

export type ScenePerson = v.InferOutput<typeof personSchema>;

/** One solid of a person or of what they sit in, placed in `map`. */
export interface PersonBox {
  /** Name in reports: `resident/left-thigh`, or `resident/seat`. */
  readonly partId: string;
  /** Undefined for the seat. */
  readonly region: BodyRegion | undefined;
  readonly mapFromBox: Transform;
  readonly sizeM: Vector3;
  readonly colorRgb: Vector3;
}

/** Lists every solid of every person, in the order of the file. */
export function personBoxes(people: readonly ScenePerson[]): PersonBox[] {
  return people.flatMap((person) => {
    const mapFromPerson = Transform.fromPlanar(...person.poseXyYaw);
    const parts = [
      ...person.parts,
      ...(person.seat.length === 0 ? [] : [{ id: 'seat', region: undefined, boxes: person.seat }]),
    ];
    return parts.flatMap(({ id, region, boxes }) =>
      boxes.map(({ centerM, sizeM, colorRgb }) => ({
        partId: `${person.id}/${id}`,
        region,
        mapFromBox: mapFromPerson.multiply(new Transform(centerM, [0, 0, 0, 1])),
        sizeM,
        colorRgb,
      })),
    );
  });
}

/** Says what is wrong with the people of a file beyond its fields. */
export function peopleProblems(people: readonly ScenePerson[]): string[] {
  const problems: string[] = [];
  const note = (ids: readonly string[], field: string) => {
    ids.forEach((id, i) => {
      if (ids.indexOf(id) < i) problems.push(`${field}.${i}.id: "${id}" is used twice`);
    });
  };
  note(
    people.map(({ id }) => id),
    'people',
  );
  people.forEach(({ parts }, i) => {
    const ids = parts.map(({ id }) => id);
    note(ids, `people.${i}.parts`);
    if (ids.includes('seat')) problems.push(`people.${i}.parts: "seat" is what a person sits in, not a part`);
  });
  return problems;
}
