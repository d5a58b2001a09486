import {
  finiteNumber,
  hexColor,
  identifier,
  nonEmptyList,
  positiveNumber,
  record,
  strictObject,
  vector2,
  vector3,
} from '@efferent/core';
import * as v from 'valibot';

/**
 * What a robot may know of a room before it looks: walls, furniture, what opens and how, where things can stand.
 * It never holds a movable object or the state of a drawer. Read from `sim-scenes/<id>/map.yaml`.
 *
 * Points of a furniture's boxes, surfaces, containers and articulations are in that furniture's own frame: z up, front
 * towards -y, origin on the floor. `pose` is [x m, y m, yaw rad] in `map`.
 */
const positiveSize3 = v.strictTuple([positiveNumber, positiveNumber, positiveNumber]);
const positiveSize2 = v.strictTuple([positiveNumber, positiveNumber]);
const names = nonEmptyList(v.string());
const box = v.pipe(
  strictObject({ center: vector3, size: positiveSize3, color: hexColor }),
  v.transform(({ center, size, color: colorRgb }) => ({ centerM: center, sizeM: size, colorRgb })),
);

const volume = v.pipe(
  strictObject({ center: vector3, size: positiveSize3 }),
  v.transform(({ center, size }) => ({ centerM: center, sizeM: size })),
);

const wall = v.pipe(
  strictObject({
    from: vector2,
    to: vector2,
    thickness_m: positiveNumber,
    height_m: positiveNumber,
    color: hexColor,
  }),
  v.transform((w) => ({
    fromM: w.from,
    toM: w.to,
    thicknessM: w.thickness_m,
    heightM: w.height_m,
    colorRgb: w.color,
  })),
);

const furniture = v.pipe(
  strictObject({
    id: identifier,
    /** What a person would call it, e.g. `table`, `sofa`, `window-sill`. */
    kind: identifier,
    names,
    pose: vector3,
    boxes: nonEmptyList(box),
    /** Edges along which a robot may stand: end points and outward normal, furniture frame. */
    access: v.array(
      v.pipe(
        strictObject({ from: vector2, to: vector2, normal: vector2 }),
        v.transform(({ from, to, normal }) => ({ fromM: from, toM: to, normal })),
      ),
    ),
  }),
  v.transform(({ pose, ...rest }) => ({ ...rest, poseXyYaw: pose })),
);

const surface = v.pipe(
  strictObject({
    id: identifier,
    on: identifier,
    names: v.optional(v.array(v.string()), []),
    height_m: finiteNumber,
    center: vector2,
    size: positiveSize2,
    /** Free height above it; absent means open to the ceiling. */
    clearance_m: v.optional(positiveNumber),
    /** The articulation that must be open to reach it. */
    behind: v.optional(identifier),
  }),
  v.transform((s) => ({
    id: s.id,
    furnitureId: s.on,
    names: s.names,
    heightM: s.height_m,
    centerM: s.center,
    sizeM: s.size,
    ...(s.clearance_m === undefined ? {} : { clearanceM: s.clearance_m }),
    ...(s.behind === undefined ? {} : { behindArticulationId: s.behind }),
  })),
);

const handle = v.pipe(
  strictObject({
    shape: v.picklist(['knob', 'bar']),
    /** Centre at joint position 0, furniture frame. */
    position: vector3,
    size: positiveSize3,
    /** Unit vector along which the gripper approaches at joint position 0; pulling goes the other way. */
    approach: vector3,
    color: hexColor,
  }),
  v.transform((h) => ({
    shape: h.shape,
    positionM: h.position,
    sizeM: h.size,
    approach: h.approach,
    colorRgb: h.color,
  })),
);

const articulation = v.pipe(
  strictObject({
    id: identifier,
    furniture: identifier,
    names,
    joint: v.picklist(['prismatic', 'revolute']),
    /** A point on the joint's axis, furniture frame. */
    origin: vector3,
    /** Unit vector; a positive joint position opens (right-hand rule for `revolute`). */
    axis: vector3,
    /** Joint positions [closed, widest open], m or rad. */
    range: vector2,
    /** From this position on the part counts as open, m or rad. */
    open_at: positiveNumber,
    handle,
    /** The moving part at joint position 0, furniture frame; without the handle. */
    boxes: nonEmptyList(box),
  }),
  v.transform((a) => ({
    id: a.id,
    furnitureId: a.furniture,
    names: a.names,
    joint: a.joint,
    originM: a.origin,
    axis: a.axis,
    range: a.range,
    openAt: a.open_at,
    handle: a.handle,
    boxes: a.boxes,
  })),
);

const container = v.pipe(
  strictObject({
    id: identifier,
    furniture: identifier,
    names,
    /** Inside volume (at joint position 0 when it moves), furniture frame. */
    interior: volume,
    /** From where a hand gets in. */
    access: v.picklist(['top', 'front']),
    /** The articulation that carries it along (a drawer). */
    moves_with: v.optional(identifier),
    /** The articulation that must be open to reach in. */
    behind: v.optional(identifier),
  }),
  v.transform((c) => ({
    id: c.id,
    furnitureId: c.furniture,
    names: c.names,
    interior: c.interior,
    access: c.access,
    ...(c.moves_with === undefined ? {} : { movesWithArticulationId: c.moves_with }),
    ...(c.behind === undefined ? {} : { behindArticulationId: c.behind }),
  })),
);

const place = v.pipe(
  strictObject({
    id: identifier,
    names,
    /** Where the robot's base stands, map frame. */
    pose: vector3,
    furniture: v.optional(identifier),
    /** Where things meant for this place are put: a rectangle on a surface, furniture frame. */
    delivery: v.optional(
      v.pipe(
        strictObject({ surface: identifier, center: vector2, size: positiveSize2 }),
        v.transform((d) => ({ surfaceId: d.surface, centerM: d.center, sizeM: d.size })),
      ),
    ),
  }),
  v.transform((p) => ({
    id: p.id,
    names: p.names,
    poseXyYaw: p.pose,
    ...(p.furniture === undefined ? {} : { furnitureId: p.furniture }),
    ...(p.delivery === undefined ? {} : { delivery: p.delivery }),
  })),
);

const stand = v.pipe(
  strictObject({
    id: identifier,
    /** Robots with a fixed base that may stand here. */
    robots: nonEmptyList(identifier),
    /** Where the robot's base is, map frame. */
    pose: vector3,
  }),
  v.transform((s) => ({ id: s.id, robotIds: s.robots, poseXyYaw: s.pose })),
);

const person = v.pipe(
  strictObject({
    id: identifier,
    names,
    /** Where they mostly are, map frame: the middle of the floor below them. */
    pose: vector3,
    /** Length, width and height of the space that they take up there, m. */
    size: positiveSize3,
  }),
  v.transform(({ id, names, pose, size }) => ({ id, names, poseXyYaw: pose, sizeM: size })),
);

const bounds = v.pipe(
  strictObject({ min: vector2, max: vector2 }),
  v.transform(({ min, max }) => ({ minM: min, maxM: max })),
);

/** What is special about the things of this household; for all others the robot has its common sense. */
const kindOfThing = v.pipe(
  strictObject({
    /** A class such as `mug`, which also means `red-mug`, or a category such as `fruit`. */
    name: identifier,
    /** After this time without a look, half of them are somewhere else. */
    half_life_s: v.optional(positiveNumber),
    /** How likely they are at each kind of furniture, `drawer` among them; any positive weights. */
    places: v.optional(record(v.string(), positiveNumber)),
  }),
  v.transform(({ name, half_life_s, places }) => ({ name, halfLifeS: half_life_s, places })),
);

export const priorMapSchema = strictObject({
  id: identifier,
  names,
  bounds,
  /** Parts of the map; without any, all of it is one room. */
  rooms: v.optional(v.array(strictObject({ id: identifier, names, bounds })), []),
  kinds: v.optional(v.array(kindOfThing), []),
  walls: v.array(wall),
  furniture: nonEmptyList(furniture),
  surfaces: v.array(surface),
  articulations: v.array(articulation),
  containers: v.array(container),
  places: nonEmptyList(place),
  stands: v.optional(v.array(stand), []),
  /** People and where they mostly are; where they really are the robot must see. */
  people: v.optional(v.array(person), []),
});

export type PriorMap = v.InferOutput<typeof priorMapSchema>;
export type MapFurniture = PriorMap['furniture'][number];
export type MapSurface = PriorMap['surfaces'][number];
export type MapArticulation = PriorMap['articulations'][number];
export type MapContainer = PriorMap['containers'][number];
export type MapPerson = PriorMap['people'][number];
export type MapKind = PriorMap['kinds'][number];
export type MapPlace = PriorMap['places'][number];
export type MapBox = MapFurniture['boxes'][number];
