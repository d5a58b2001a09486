import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ConfigurationError,
  finiteNumber,
  hexColor,
  identifier,
  integer,
  nonEmptyList,
  nonNegativeNumber,
  oneForm,
  parseWithSchema,
  parseYaml,
  positiveNumber,
  strictObject,
  vector2,
  vector3,
} from '@efferent/core';
import { type PriorMap, parsePriorMap } from '@efferent/robot';
import * as v from 'valibot';
import { peopleProblems, personSchema } from './people.ts';

const partFields = { center: vector3, yaw: v.optional(finiteNumber, 0), color: hexColor };
const objectPart = v.pipe(
  oneForm([
    strictObject({ sphere: strictObject({ radius: positiveNumber }), ...partFields }),
    strictObject({
      box: strictObject({ size: v.strictTuple([positiveNumber, positiveNumber, positiveNumber]) }),
      ...partFields,
    }),
    strictObject({
      cylinder: strictObject({ radius: positiveNumber, height: positiveNumber }),
      ...partFields,
    }),
    strictObject({
      ring: strictObject({
        radius: positiveNumber,
        height: positiveNumber,
        thickness: positiveNumber,
        segments: v.pipe(integer, v.minValue(6), v.maxValue(24)),
      }),
      ...partFields,
    }),
  ]),
  v.transform((part) => ({ ...part, centerM: part.center, yawRad: part.yaw, colorRgb: part.color })),
);

const objectKind = v.pipe(
  strictObject({
    id: identifier,
    names: nonEmptyList(v.string()),
    categories: v.array(v.string()),
    mass_kg: positiveNumber,
    friction: positiveNumber,
    /** Share of the spin lost in a second, for things that roll. */
    rolling: v.optional(v.pipe(finiteNumber, v.minValue(0), v.maxValue(0.99)), 0.05),
    grasp: strictObject({ type: v.picklist(['body', 'rim', 'none']), width_m: positiveNumber }),
    holds: v.optional(strictObject({ radius: positiveNumber, height: positiveNumber })),
    shapes: nonEmptyList(objectPart),
  }),
  v.transform(({ mass_kg, grasp, holds, ...rest }) => ({
    ...rest,
    massKg: mass_kg,
    grasp: { type: grasp.type, widthM: grasp.width_m },
    ...(holds === undefined ? {} : { holds: { radiusM: holds.radius, heightM: holds.height } }),
  })),
);

export const objectKindsSchema = strictObject({ kinds: nonEmptyList(objectKind) });

export const sceneSchema = strictObject({
  id: identifier,
  physics: v.pipe(
    strictObject({ rate_hz: positiveNumber, gravity_m_s2: positiveNumber, default_friction: positiveNumber }),
    v.transform((p) => ({
      rateHz: p.rate_hz,
      gravityMps2: p.gravity_m_s2,
      defaultFriction: p.default_friction,
    })),
  ),
  robot_start: strictObject({ pose: vector3, spread: vector3 }),
  articulations: v.array(
    v.pipe(
      strictObject({
        id: identifier,
        mass_kg: positiveNumber,
        friction: nonNegativeNumber,
        damping: nonNegativeNumber,
        seal: nonNegativeNumber,
        handle_breakaway_n: positiveNumber,
        /** A button: whatever presses on its boxes moves it, against this spring; it clicks in at `open_at`, N. */
        spring_n: v.optional(positiveNumber),
      }),
      v.transform((a) => ({
        id: a.id,
        massKg: a.mass_kg,
        friction: a.friction,
        damping: a.damping,
        seal: a.seal,
        handleBreakawayN: a.handle_breakaway_n,
        ...(a.spring_n === undefined ? {} : { springN: a.spring_n }),
      })),
    ),
  ),
  people: v.optional(v.array(personSchema), []),
  regions: v.array(
    v.pipe(
      strictObject({
        id: identifier,
        surface: v.optional(identifier),
        container: v.optional(identifier),
        center: vector2,
        size: v.strictTuple([positiveNumber, positiveNumber]),
      }),
      v.transform((r) => ({
        id: r.id,
        surfaceId: r.surface,
        containerId: r.container,
        centerM: r.center,
        sizeM: r.size,
      })),
    ),
  ),
  objects: v.array(strictObject({ id: identifier, kind: identifier, region: identifier })),
  /** What is to be wiped: a rectangle on a surface, in its furniture's frame, and the object that wipes it. */
  stains: v.optional(
    v.array(
      v.pipe(
        strictObject({
          id: identifier,
          surface: identifier,
          center: vector2,
          size: v.strictTuple([positiveNumber, positiveNumber]),
          wiped_by: identifier,
          color: hexColor,
        }),
        v.transform((s) => ({
          id: s.id,
          surfaceId: s.surface,
          centerM: s.center,
          sizeM: s.size,
          wipedBy: s.wiped_by,
          colorRgb: s.color,
        })),
      ),
    ),
    [],
  ),
});

export type ObjectKind = v.InferOutput<typeof objectKind>;
export type ObjectPart = ObjectKind['shapes'][number];
export type SceneFile = v.InferOutput<typeof sceneSchema>;
export type SceneRegion = SceneFile['regions'][number];
export type ArticulationPhysics = SceneFile['articulations'][number];

/** A scene: what a robot may know of it (`map`) and what only the simulator knows. */
export interface Scene {
  readonly id: string;
  /** The folder it was read from. */
  readonly folder: string;
  readonly map: PriorMap;
  readonly file: SceneFile;
  readonly kinds: ReadonlyMap<string, ObjectKind>;
}

/**
 * Loads `sim-scenes/<id>` from the first workspace folder that has it.
 *
 * @throws {@link ConfigurationError} codes `unknown-scene`, `invalid-file`
 */
export function loadScene(workspaceFolders: readonly string[], id: string): Scene {
  const folder = workspaceFolders
    .map((w) => join(w, 'sim-scenes', id))
    .find((path) => existsSync(join(path, 'scene.yaml')));
  if (folder === undefined) {
    const known = listScenes(workspaceFolders);
    throw new ConfigurationError({
      code: 'unknown-scene',
      message: `there is no scene "${id}"; the workspace has ${known.join(', ') || 'none'} (sim-scenes/<id>/scene.yaml)`,
      fields: { id, known, workspaceFolders },
    });
  }
  const read = (name: string) => ({
    text: readFileSync(join(folder, name), 'utf8'),
    file: join(folder, name),
  });
  const mapFile = read('map.yaml');
  const sceneFile = read('scene.yaml');
  const kindsFile = read('objects.yaml');
  const map = parsePriorMap(mapFile.text, mapFile.file);
  const file = parseWithSchema(sceneSchema, parseYaml(sceneFile.text, sceneFile.file), sceneFile.file);
  const kinds = new Map(
    parseWithSchema(objectKindsSchema, parseYaml(kindsFile.text, kindsFile.file), kindsFile.file).kinds.map(
      (kind) => [kind.id, kind],
    ),
  );
  checkReferences(map, file, kinds, sceneFile.file);
  return { id, folder, map, file, kinds };
}

/** Lists the ids of the scenes in the workspace folders, sorted. */
export function listScenes(workspaceFolders: readonly string[]): string[] {
  const ids = workspaceFolders
    .map((w) => join(w, 'sim-scenes'))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path).filter((id) => existsSync(join(path, id, 'scene.yaml'))));
  return [...new Set(ids)].sort();
}

function checkReferences(
  map: PriorMap,
  file: SceneFile,
  kinds: ReadonlyMap<string, ObjectKind>,
  path: string,
): void {
  const problems: string[] = [];
  const expect = (known: Iterable<string>, id: string | undefined, field: string) => {
    const list = [...known];
    if (id !== undefined && !list.includes(id))
      problems.push(`${path}: ${field}: "${id}" is unknown; there are ${list.join(', ')}`);
  };
  const articulationIds = map.articulations.map((a) => a.id);
  file.articulations.forEach((a, i) => {
    expect(articulationIds, a.id, `articulations.${i}.id`);
  });
  for (const id of articulationIds) {
    if (!file.articulations.some((a) => a.id === id))
      problems.push(`${path}: articulations: "${id}" of map.yaml has no physics`);
  }
  file.regions.forEach((r, i) => {
    if ((r.surfaceId === undefined) === (r.containerId === undefined)) {
      problems.push(`${path}: regions.${i}: give exactly one of surface, container`);
    }
    expect(
      map.surfaces.map((s) => s.id),
      r.surfaceId,
      `regions.${i}.surface`,
    );
    expect(
      map.containers.map((c) => c.id),
      r.containerId,
      `regions.${i}.container`,
    );
  });
  file.stains.forEach((s, i) => {
    expect(
      map.surfaces.map(({ id }) => id),
      s.surfaceId,
      `stains.${i}.surface`,
    );
    expect(
      file.objects.map(({ id }) => id),
      s.wipedBy,
      `stains.${i}.wiped_by`,
    );
  });
  problems.push(...peopleProblems(file.people).map((problem) => `${path}: ${problem}`));
  const seen = new Set<string>();
  file.objects.forEach((o, i) => {
    expect(kinds.keys(), o.kind, `objects.${i}.kind`);
    expect(
      file.regions.map((r) => r.id),
      o.region,
      `objects.${i}.region`,
    );
    if (seen.has(o.id)) problems.push(`${path}: objects.${i}.id: "${o.id}" is used twice`);
    seen.add(o.id);
  });
  if (problems.length > 0)
    throw new ConfigurationError({
      code: 'invalid-file',
      message: problems.join('\n'),
      fields: { file: path, problems },
    });
}
