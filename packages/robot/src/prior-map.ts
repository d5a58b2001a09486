import {
  ConfigurationError,
  finiteNumber,
  identifier,
  matching,
  nonEmptyList,
  parseWithSchema,
  parseYaml,
  positiveNumber,
  quaternionFromAxisAngle,
  record,
  strictObject,
  Transform,
  type Vector3,
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
const color = v.pipe(
  v.string(),
  matching(/^#[0-9a-f]{6}$/, 'a colour like #8d6e63'),
  v.transform((hex): Vector3 => {
    const value = Number.parseInt(hex.slice(1), 16);
    return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
  }),
);

const box = v.pipe(
  strictObject({ center: vector3, size: positiveSize3, color }),
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
    color,
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
    color,
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
});

export type PriorMap = v.InferOutput<typeof priorMapSchema>;
export type MapFurniture = PriorMap['furniture'][number];
export type MapSurface = PriorMap['surfaces'][number];
export type MapArticulation = PriorMap['articulations'][number];
export type MapContainer = PriorMap['containers'][number];
export type MapKind = PriorMap['kinds'][number];
export type MapPlace = PriorMap['places'][number];
export type MapBox = MapFurniture['boxes'][number];

/** A solid box placed in `map`. */
export interface PlacedBox {
  /** Furniture, articulation or wall (`wall-0`, …) that it belongs to. */
  readonly ownerId: string;
  readonly part: 'wall' | 'furniture' | 'articulation' | 'handle';
  readonly mapFromBox: Transform;
  readonly sizeM: Vector3;
  readonly colorRgb: Vector3;
}

/**
 * Parses the text of a `map.yaml` and checks that every reference in it exists.
 *
 * @param text - YAML text
 * @param file - what messages call it
 * @throws {@link ConfigurationError} code `invalid-file`, naming file and field
 */
export function parsePriorMap(text: string, file: string): PriorMap {
  const map = parseWithSchema(priorMapSchema, parseYaml(text, file), file);
  const problems = referenceProblems(map);
  if (problems.length > 0) {
    throw new ConfigurationError({
      code: 'invalid-file',
      message: problems.map((problem) => `${file}: ${problem}`).join('\n'),
      fields: { file, problems },
    });
  }
  return map;
}

function referenceProblems(map: PriorMap): string[] {
  const problems: string[] = [];
  const furnitureIds = new Set(map.furniture.map((f) => f.id));
  const articulationIds = new Set(map.articulations.map((a) => a.id));
  const surfaceIds = new Set(map.surfaces.map((s) => s.id));
  const expect = (known: ReadonlySet<string>, id: string | undefined, field: string, what: string) => {
    if (id !== undefined && !known.has(id))
      problems.push(`${field}: no ${what} '${id}'; known: ${[...known].join(', ')}`);
  };
  map.surfaces.forEach((s, i) => {
    expect(furnitureIds, s.furnitureId, `surfaces.${i}.on`, 'furniture');
    expect(articulationIds, s.behindArticulationId, `surfaces.${i}.behind`, 'articulation');
  });
  map.articulations.forEach((a, i) => {
    expect(furnitureIds, a.furnitureId, `articulations.${i}.furniture`, 'furniture');
    if (Math.abs(Math.hypot(...a.axis) - 1) > 1e-6)
      problems.push(`articulations.${i}.axis: expected a unit vector, got [${a.axis.join(', ')}]`);
    if (!(a.range[0] < a.openAt && a.openAt <= a.range[1]))
      problems.push(`articulations.${i}.open_at: ${a.openAt} is outside of range`);
  });
  map.containers.forEach((c, i) => {
    expect(furnitureIds, c.furnitureId, `containers.${i}.furniture`, 'furniture');
    expect(articulationIds, c.movesWithArticulationId, `containers.${i}.moves_with`, 'articulation');
    expect(articulationIds, c.behindArticulationId, `containers.${i}.behind`, 'articulation');
  });
  map.places.forEach((p, i) => {
    expect(furnitureIds, p.furnitureId, `places.${i}.furniture`, 'furniture');
    expect(surfaceIds, p.delivery?.surfaceId, `places.${i}.delivery.surface`, 'surface');
  });
  for (const [index, { bounds: room, id }] of map.rooms.entries()) {
    if (room.minM[0] >= room.maxM[0] || room.minM[1] >= room.maxM[1])
      problems.push(`rooms.${index}.bounds: room '${id}' has no area; min must be below max`);
  }
  for (const [list, items] of Object.entries({
    rooms: map.rooms,
    furniture: map.furniture,
    surfaces: map.surfaces,
    articulations: map.articulations,
    containers: map.containers,
    places: map.places,
  })) {
    const seen = new Set<string>();
    for (const { id } of items) {
      if (seen.has(id)) problems.push(`${list}: id '${id}' is used twice`);
      seen.add(id);
    }
  }
  return problems;
}

/** Returns the furniture with this id. @throws {@link ConfigurationError} code `unknown-furniture` */
export function furnitureById(map: PriorMap, id: string): MapFurniture {
  const found = map.furniture.find((f) => f.id === id);
  if (found) return found;
  throw new ConfigurationError({
    code: 'unknown-furniture',
    message: `no furniture '${id}' in map '${map.id}'; known: ${map.furniture.map((f) => f.id).join(', ')}`,
    fields: { id, map: map.id },
  });
}

/** Returns where a robot with a fixed base stands: [x m, y m, yaw rad]. @throws {@link ConfigurationError} code `no-stand` */
export function standOf(map: PriorMap, robotId: string): Vector3 {
  const found = map.stands.find((stand) => stand.robotIds.includes(robotId));
  if (found !== undefined) return found.poseXyYaw;
  const known = map.stands.map(({ id, robotIds }) => `${id} for ${robotIds.join(', ')}`).join('; ');
  throw new ConfigurationError({
    code: 'no-stand',
    message: `map '${map.id}' has no stand for robot '${robotId}'; it has ${known || 'none'} (stands in map.yaml)`,
    fields: { map: map.id, robot: robotId },
  });
}

/** Returns `mapFromFurniture`. */
export function furnitureTransform(map: PriorMap, furnitureId: string): Transform {
  return Transform.fromPlanar(...furnitureById(map, furnitureId).poseXyYaw);
}

/**
 * Returns how the moving part is displaced in its furniture's frame: `furnitureFromMoved`, identity at position 0.
 *
 * @param position - joint position, m or rad
 */
export function articulationTransform(articulation: MapArticulation, position: number): Transform {
  const { axis, originM } = articulation;
  if (articulation.joint === 'prismatic') {
    return new Transform([axis[0] * position, axis[1] * position, axis[2] * position], [0, 0, 0, 1]);
  }
  const rotation = quaternionFromAxisAngle(axis, position);
  const rotated = new Transform([0, 0, 0], rotation).apply(originM);
  return new Transform([originM[0] - rotated[0], originM[1] - rotated[1], originM[2] - rotated[2]], rotation);
}

/**
 * Lists every solid box of the map in `map` coordinates.
 *
 * @param articulationPositions - joint positions by articulation id, m or rad; absent ones are closed
 */
export function placedBoxes(
  map: PriorMap,
  articulationPositions: ReadonlyMap<string, number> = new Map(),
): PlacedBox[] {
  const boxes: PlacedBox[] = map.walls.map((w, index) => {
    const dx = w.toM[0] - w.fromM[0];
    const dy = w.toM[1] - w.fromM[1];
    const center = Transform.fromPlanar(
      (w.fromM[0] + w.toM[0]) / 2,
      (w.fromM[1] + w.toM[1]) / 2,
      Math.atan2(dy, dx),
    );
    return {
      ownerId: `wall-${index}`,
      part: 'wall',
      mapFromBox: center.multiply(new Transform([0, 0, w.heightM / 2], [0, 0, 0, 1])),
      sizeM: [Math.hypot(dx, dy) + w.thicknessM, w.thicknessM, w.heightM],
      colorRgb: w.colorRgb,
    };
  });
  const place = (ownerId: string, part: PlacedBox['part'], mapFromPart: Transform, b: MapBox): PlacedBox => ({
    ownerId,
    part,
    mapFromBox: mapFromPart.multiply(new Transform(b.centerM, [0, 0, 0, 1])),
    sizeM: b.sizeM,
    colorRgb: b.colorRgb,
  });
  for (const f of map.furniture) {
    const mapFromFurniture = Transform.fromPlanar(...f.poseXyYaw);
    for (const b of f.boxes) boxes.push(place(f.id, 'furniture', mapFromFurniture, b));
  }
  for (const a of map.articulations) {
    const mapFromPart = furnitureTransform(map, a.furnitureId).multiply(
      articulationTransform(a, articulationPositions.get(a.id) ?? 0),
    );
    for (const b of a.boxes) boxes.push(place(a.id, 'articulation', mapFromPart, b));
    boxes.push(
      place(a.id, 'handle', mapFromPart, {
        centerM: a.handle.positionM,
        sizeM: a.handle.sizeM,
        colorRgb: a.handle.colorRgb,
      }),
    );
  }
  return boxes;
}
