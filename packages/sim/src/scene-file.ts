import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, parseWithSchema, parseYaml, type Vector3 } from '@efferent/core';
import { type PriorMap, parsePriorMap } from '@efferent/robot';
import { z } from 'zod';

const positive = z.number().positive();
const vector2 = z.tuple([z.number(), z.number()]);
const vector3 = z.tuple([z.number(), z.number(), z.number()]);
const identifier = z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected kebab-case');
const color = z
  .string()
  .regex(/^#[0-9a-f]{6}$/, 'expected a colour like #8d6e63')
  .transform((hex): Vector3 => {
    const value = Number.parseInt(hex.slice(1), 16);
    return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
  });

const partFields = { center: vector3, yaw: z.number().default(0), color };
const objectPart = z
  .union([
    z.strictObject({ sphere: z.strictObject({ radius: positive }), ...partFields }),
    z.strictObject({ box: z.strictObject({ size: z.tuple([positive, positive, positive]) }), ...partFields }),
    z.strictObject({ cylinder: z.strictObject({ radius: positive, height: positive }), ...partFields }),
    z.strictObject({
      ring: z.strictObject({
        radius: positive,
        height: positive,
        thickness: positive,
        segments: z.int().min(6).max(24),
      }),
      ...partFields,
    }),
  ])
  .transform((part) => ({ ...part, centerM: part.center, yawRad: part.yaw, colorRgb: part.color }));

const objectKind = z
  .strictObject({
    id: identifier,
    names: z.array(z.string()).min(1),
    categories: z.array(z.string()),
    mass_kg: positive,
    friction: positive,
    /** Share of the spin lost in a second, for things that roll. */
    rolling: z.number().min(0).max(0.99).default(0.05),
    grasp: z.strictObject({ type: z.enum(['body', 'rim', 'none']), width_m: positive }),
    holds: z.strictObject({ radius: positive, height: positive }).optional(),
    shapes: z.array(objectPart).min(1),
  })
  .transform(({ mass_kg, grasp, holds, ...rest }) => ({
    ...rest,
    massKg: mass_kg,
    grasp: { type: grasp.type, widthM: grasp.width_m },
    ...(holds === undefined ? {} : { holds: { radiusM: holds.radius, heightM: holds.height } }),
  }));

export const objectKindsSchema = z.strictObject({ kinds: z.array(objectKind).min(1) });

export const sceneSchema = z.strictObject({
  id: identifier,
  physics: z
    .strictObject({ rate_hz: positive, gravity_m_s2: positive, default_friction: positive })
    .transform((p) => ({
      rateHz: p.rate_hz,
      gravityMps2: p.gravity_m_s2,
      defaultFriction: p.default_friction,
    })),
  robot_start: z.strictObject({ pose: vector3, spread: vector3 }),
  articulations: z.array(
    z
      .strictObject({
        id: identifier,
        mass_kg: positive,
        friction: z.number().nonnegative(),
        damping: z.number().nonnegative(),
        seal: z.number().nonnegative(),
        handle_breakaway_n: positive,
      })
      .transform((a) => ({
        id: a.id,
        massKg: a.mass_kg,
        friction: a.friction,
        damping: a.damping,
        seal: a.seal,
        handleBreakawayN: a.handle_breakaway_n,
      })),
  ),
  regions: z.array(
    z
      .strictObject({
        id: identifier,
        surface: identifier.optional(),
        container: identifier.optional(),
        center: vector2,
        size: z.tuple([positive, positive]),
      })
      .transform((r) => ({
        id: r.id,
        surfaceId: r.surface,
        containerId: r.container,
        centerM: r.center,
        sizeM: r.size,
      })),
  ),
  objects: z.array(z.strictObject({ id: identifier, kind: identifier, region: identifier })),
});

export type ObjectKind = z.output<typeof objectKind>;
export type ObjectPart = ObjectKind['shapes'][number];
export type SceneFile = z.output<typeof sceneSchema>;
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
