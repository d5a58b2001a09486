import {
  ConfigurationError,
  dot3,
  parseWithSchema,
  parseYaml,
  Transform,
  type Vector3,
} from '@efferent/core';
import {
  type MapArticulation,
  type MapFurniture,
  type PriorMap,
  priorMapSchema,
} from './prior-map-schema.ts';

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
    people: map.people,
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
 * Whether an articulation is a button or a switch: the hand approaches along the way in which its joint grows, so that
 * pushing moves it. Drawers and doors are pulled open.
 */
export function isButton({
  joint,
  axis,
  handle,
}: Pick<MapArticulation, 'joint' | 'axis' | 'handle'>): boolean {
  return joint === 'prismatic' && dot3(axis, handle.approach) > 0;
}
