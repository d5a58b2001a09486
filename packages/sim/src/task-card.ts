import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  ConfigurationError,
  finiteNumber,
  identifier,
  nonEmptyList,
  nonEmptyString,
  parseWithSchema,
  parseYaml,
  positiveInteger,
  positiveNumber,
  Rng,
  record,
  strictObject,
} from '@efferent/core';
import * as v from 'valibot';
import { type CardCondition, condition, reference } from './card-condition.ts';
import {
  bindPerturbations,
  type Perturbation,
  type PerturbationName,
  perturbationsSchema,
} from './card-perturbations.ts';
import { drawSetup, type EpisodeSetup, regionById } from './placement.ts';
import type { Scene } from './scene-file.ts';

const share = v.pipe(finiteNumber, v.minValue(0), v.maxValue(1));
const identifiers = nonEmptyList(identifier);
const slot = strictObject({
  /** Values of the slot; a mapping gives the words for it, e.g. `{ counter: "kitchen counter" }`. */
  choose: nonEmptyList(v.union([identifier, record(identifier, v.string())])),
});

export const taskCardSchema = strictObject({
  id: identifier,
  /**
   * `bench tasks` runs `core` with a robot that drives, `fixed-arm` with one on a stand and `two-robots` with both; `deps`,
   * `clea` and `selector` are those of `bench planning`, `emg` those of `bench emg`.
   */
  suite: v.picklist(['core', 'extra', 'fixed-arm', 'two-robots', 'deps', 'clea', 'selector', 'emg']),
  /** What a suite reports together, e.g. the cards of one horizon. */
  group: v.optional(identifier, 'other'),
  /** Fewest and most skills that a plan for it takes when everything is known; looks and ways are not counted. */
  skills: v.optional(v.strictTuple([positiveInteger, positiveInteger])),
  /** Robots that take part; the first is the one that is spoken to. */
  robots: v.optional(nonEmptyList(identifier)),
  instructions: nonEmptyList(nonEmptyString),
  slots: v.optional(record(identifier, slot), {}),
  setup: strictObject({
    /** Regions that an object may start in; one is drawn. */
    regions: v.optional(record(reference, identifiers), {}),
    /** Start of drawers and doors: a number in [0, 1] of the range, or one of a list. */
    articulations: v.optional(record(reference, v.union([share, v.literal('{start}')])), {}),
    /** Share of the objects that the goal does not name which are left out, drawn by seed. */
    leave_out: v.optional(share, 0),
    absent: v.optional(v.array(identifier), []),
  }),
  goal: nonEmptyList(condition),
  time_limit_s: positiveNumber,
  perturbations: v.optional(perturbationsSchema, {}),
});

export type TaskCard = v.InferOutput<typeof taskCardSchema>;

/** A condition whose slots are filled in. */
export type GoalCondition =
  | { readonly kind: 'inside'; readonly objectId: string; readonly containerId: string }
  | { readonly kind: 'on'; readonly objectId: string; readonly supportId: string }
  | { readonly kind: 'at'; readonly objectId: string; readonly placeId: string }
  | { readonly kind: 'held'; readonly objectId: string; readonly aboveM?: number }
  | {
      readonly kind: 'before-face';
      readonly objectId: string;
      readonly personId: string;
      readonly distanceM: readonly [number, number];
      readonly tiltRad: number;
    }
  | { readonly kind: 'wiped'; readonly stainId: string; readonly share: number }
  | { readonly kind: 'part'; readonly articulationId: string; readonly state: 'open' | 'closed' };

/** One task with its slots filled in and its world set up; equal seeds give equal episodes. */
export interface Episode {
  readonly cardId: string;
  readonly seed: number;
  readonly instruction: string;
  readonly goal: readonly GoalCondition[];
  readonly setup: EpisodeSetup;
  readonly timeLimitS: number;
  /** What may happen meanwhile, by name; it happens only when asked for. */
  readonly perturbations: Readonly<Partial<Record<PerturbationName, Perturbation>>>;
  /** What holds in the end when the person has wished for something else; the same as `goal` for a card without. */
  readonly wishedGoal: readonly GoalCondition[];
}

/**
 * Loads one task card of a scene.
 *
 * @throws {@link ConfigurationError} codes `unknown-task`, `invalid-file`
 */
export function loadTaskCard(scene: Scene, id: string): TaskCard {
  const file = cardFiles(scene).get(id);
  if (file === undefined) {
    const known = listTaskCards(scene);
    throw new ConfigurationError({
      code: 'unknown-task',
      message: `scene "${scene.id}" has no task "${id}"; it has ${known.join(', ') || 'none'} (${join(scene.folder, 'tasks')})`,
      fields: { id, known },
    });
  }
  const card = parseWithSchema(taskCardSchema, parseYaml(readFileSync(file, 'utf8'), file), file);
  const problems = cardProblems(scene, card);
  if (problems.length > 0) {
    const message = problems.map((problem) => `${file}: ${problem}`).join('\n');
    throw new ConfigurationError({ code: 'invalid-file', message, fields: { file, problems } });
  }
  return card;
}

/** Lists the ids of a scene's task cards, sorted; those of one suite when it is named. */
export function listTaskCards(scene: Scene, suite?: TaskCard['suite']): string[] {
  const ids = [...cardFiles(scene).keys()].sort();
  return suite === undefined ? ids : ids.filter((id) => loadTaskCard(scene, id).suite === suite);
}

/** Files by card: those of `tasks/`, and of its folders. */
function cardFiles(scene: Scene): ReadonlyMap<string, string> {
  const folder = join(scene.folder, 'tasks');
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  return new Map(files.map((name) => [basename(name, '.yaml'), join(folder, name)]));
}

/** Fills the slots of a card and draws where everything starts. Equal arguments give equal episodes. */
export function buildEpisodeSetup(scene: Scene, card: TaskCard, seed: number): Episode {
  const rng = new Rng(seed).fork(`task:${card.id}`);
  const bindings = drawBindings(card, rng);
  const fill = (text: string) =>
    text.replace(/^\{(.+)\}$/, (_, name: string) => bindings.get(name)?.id ?? name);
  const say = (text: string) =>
    text.replace(/\{([a-z0-9-]+)\}/g, (_, name: string) => bindings.get(name)?.words ?? name);
  const instruction = say(rng.pick(card.instructions));
  const regions = drawRegions(scene, card, fill, rng);
  const articulationPositions = startingPositions(scene, card, bindings, fill);
  const absent = drawAbsent(scene, card, regions, fill, rng);
  const setup = drawSetup(scene, { seed, regions, absent, articulationPositions }, rng.fork('setup'));
  const present = scene.file.objects.filter(({ id }) => !absent.has(id));
  const bind = (each: CardCondition) => bindCondition(scene, each, fill, present, setup);
  const goal = card.goal.flatMap(bind);
  const wish = card.perturbations['another-wish'];
  return {
    cardId: card.id,
    seed,
    instruction,
    goal,
    wishedGoal: wish === undefined ? goal : wish.goal.flatMap(bind),
    setup,
    timeLimitS: card.time_limit_s,
    perturbations: bindPerturbations(card.perturbations, fill, say),
  };
}

interface Binding {
  readonly id: string;
  readonly words: string;
}

function drawBindings(card: TaskCard, rng: Rng): Map<string, Binding> {
  return new Map(
    Object.entries(card.slots).map(([name, { choose }]) => {
      const choice = rng.pick(choose);
      if (typeof choice === 'string') return [name, { id: choice, words: choice.replaceAll('-', ' ') }];
      const [id, words] = Object.entries(choice)[0] as [string, string];
      return [name, { id, words }];
    }),
  );
}

/** Draws a region for every object that the card names; never one on the furniture where the goal wants it. */
function drawRegions(
  scene: Scene,
  card: TaskCard,
  fill: (text: string) => string,
  rng: Rng,
): Map<string, string> {
  return new Map(
    Object.entries(card.setup.regions).map(([object, choices]) => {
      const id = fill(object);
      const wanted = card.goal.flatMap((each) =>
        'on' in each && fill(each.object) === id ? [fill(each.on)] : [],
      );
      const open = choices.filter((choice) => {
        const surface = scene.map.surfaces.find((s) => s.id === regionById(scene, choice).surfaceId);
        return (
          surface === undefined || !(wanted.includes(surface.furnitureId) || wanted.includes(surface.id))
        );
      });
      return [id, rng.pick(open.length > 0 ? open : choices)];
    }),
  );
}

function startingPositions(
  scene: Scene,
  card: TaskCard,
  bindings: ReadonlyMap<string, Binding>,
  fill: (text: string) => string,
): Map<string, number> {
  // A part that must end open starts closed, and the other way round.
  const opposite = bindings.get('state')?.id === 'open' ? 0 : 0.85;
  return new Map(
    Object.entries(card.setup.articulations).map(([part, start]) => {
      const id = fill(part);
      const spec = scene.map.articulations.find((a) => a.id === id);
      const [low, high] = spec?.range ?? [0, 0];
      return [id, low + (start === '{start}' ? opposite : start) * (high - low)];
    }),
  );
}

function drawAbsent(
  scene: Scene,
  card: TaskCard,
  regions: ReadonlyMap<string, string>,
  fill: (text: string) => string,
  rng: Rng,
): Set<string> {
  const absent = new Set(card.setup.absent);
  const named = new Set([
    ...regions.keys(),
    ...card.goal.flatMap((each) =>
      Object.values(each)
        .flat()
        .map((v) => fill(String(v))),
    ),
  ]);
  const categories = new Set(card.goal.flatMap((each) => ('category' in each ? [each.category] : [])));
  for (const { id, kind } of scene.file.objects) {
    const isNeeded =
      named.has(id) || (scene.kinds.get(kind)?.categories ?? []).some((category) => categories.has(category));
    // Drawn for every object, so that one object's role does not shift another's chance.
    const isLeftOut = rng.chance(card.setup.leave_out);
    if (isLeftOut && !isNeeded) absent.add(id);
  }
  return absent;
}

function bindCondition(
  scene: Scene,
  each: CardCondition,
  fill: (text: string) => string,
  present: readonly { readonly id: string; readonly kind: string }[],
  setup: EpisodeSetup,
): GoalCondition[] {
  if ('category' in each) {
    return present
      .filter(({ kind }) => scene.kinds.get(kind)?.categories.includes(each.category))
      .map(({ id }) => ({ kind: 'inside', objectId: id, containerId: fill(each.inside) }));
  }
  if ('cleared' in each) {
    const surface = scene.map.surfaces.find((s) => s.id === fill(each.cleared));
    const keep = new Set(each.except.map(fill));
    // Cleared means: everything that stood there stands somewhere else that is furniture.
    return present
      .filter(({ id }) => !keep.has(id) && surface !== undefined && standsOn(scene, setup, id, surface.id))
      .map(({ id }) => ({ kind: 'on', objectId: id, supportId: `not:${surface?.id}` }));
  }
  if ('part' in each)
    return [{ kind: 'part', articulationId: fill(each.part), state: fill(each.state) as 'open' | 'closed' }];
  if ('wiped' in each) return [{ kind: 'wiped', stainId: each.wiped, share: each.share }];
  const objectId = fill(each.object);
  if ('inside' in each) return [{ kind: 'inside', objectId, containerId: fill(each.inside) }];
  if ('on' in each) return [{ kind: 'on', objectId, supportId: fill(each.on) }];
  if ('at' in each) return [{ kind: 'at', objectId, placeId: fill(each.at) }];
  if ('before_face_of' in each)
    return [
      {
        kind: 'before-face',
        objectId,
        personId: each.before_face_of,
        distanceM: each.distance_m,
        tiltRad: (each.tilt_deg * Math.PI) / 180,
      },
    ];
  return [{ kind: 'held', objectId, ...(each.above_m === undefined ? {} : { aboveM: each.above_m }) }];
}

function standsOn(scene: Scene, setup: EpisodeSetup, objectId: string, surfaceId: string): boolean {
  const pose = setup.objectPoses.get(objectId);
  const surface = scene.map.surfaces.find((s) => s.id === surfaceId);
  const furniture = scene.map.furniture.find((f) => f.id === surface?.furnitureId);
  if (pose === undefined || surface === undefined || furniture === undefined) return false;
  const [x, y, z] = pose.translation;
  const [fx, fy] = furniture.poseXyYaw;
  return Math.hypot(x - fx, y - fy) < 1 && Math.abs(z - surface.heightM) < 0.05;
}

function cardProblems(scene: Scene, card: TaskCard): string[] {
  const problems: string[] = [];
  const objects = scene.file.objects.map(({ id }) => id);
  const regions = scene.file.regions.map(({ id }) => id);
  const parts = scene.map.articulations.map(({ id }) => id);
  const supports = [...scene.map.furniture.map((f) => f.id), ...scene.map.surfaces.map((s) => s.id)];
  const places = scene.map.places.map(({ id }) => id);
  const containers = [...scene.map.containers.map(({ id }) => id), ...holdingObjects(scene)];
  const expect = (known: readonly string[], value: string, field: string) => {
    for (const id of valuesOf(card, value)) {
      if (id === undefined) problems.push(`${field}: there is no slot ${value}`);
      else if (!known.includes(id))
        problems.push(`${field}: "${id}" is unknown; there are ${known.join(', ')}`);
    }
  };
  const expectGoal = (goal: readonly CardCondition[], field: string) =>
    goal.forEach((each, i) => {
      if ('object' in each) expect(objects, each.object, `${field}.${i}.object`);
      if ('inside' in each) expect(containers, each.inside, `${field}.${i}.inside`);
      if ('on' in each) expect(supports, each.on, `${field}.${i}.on`);
      if ('at' in each) expect(places, each.at, `${field}.${i}.at`);
      if ('before_face_of' in each)
        expect(
          scene.file.people.map(({ id }) => id),
          each.before_face_of,
          `${field}.${i}.before_face_of`,
        );
      if ('wiped' in each)
        expect(
          scene.file.stains.map(({ id }) => id),
          each.wiped,
          `${field}.${i}.wiped`,
        );
      if ('part' in each) expect(parts, each.part, `${field}.${i}.part`);
      if ('cleared' in each) expect(supports, each.cleared, `${field}.${i}.cleared`);
    });
  expectGoal(card.goal, 'goal');
  for (const [object, choices] of Object.entries(card.setup.regions)) {
    expect(objects, object, `setup.regions.${object}`);
    for (const region of choices) expect(regions, region, `setup.regions.${object}`);
  }
  for (const part of Object.keys(card.setup.articulations))
    expect(parts, part, `setup.articulations.${part}`);
  const furniture = scene.map.furniture.map(({ id }) => id);
  for (const [name, spec] of Object.entries(card.perturbations)) {
    if (spec === undefined) continue;
    const field = `perturbations.${name}`;
    if ('target' in spec) expect(objects, spec.target, `${field}.target`);
    if ('other' in spec) expect(objects, spec.other, `${field}.other`);
    if ('part' in spec) expect(parts, spec.part, `${field}.part`);
    if ('furniture' in spec) expect(furniture, spec.furniture, `${field}.furniture`);
    if ('regions' in spec) for (const region of spec.regions) expect(regions, region, `${field}.regions`);
    if ('goal' in spec) expectGoal(spec.goal, `${field}.goal`);
  }
  return problems;
}

/** Ids that a reference may stand for; `undefined` for a slot that the card does not have. */
function valuesOf(card: TaskCard, value: string): readonly (string | undefined)[] {
  const name = /^\{(.+)\}$/.exec(value)?.[1];
  if (name === undefined) return [value];
  const choices = card.slots[name]?.choose;
  return choices === undefined
    ? [undefined]
    : choices.map((c) => (typeof c === 'string' ? c : Object.keys(c)[0]));
}

function holdingObjects(scene: Scene): string[] {
  return scene.file.objects
    .filter(({ kind }) => scene.kinds.get(kind)?.holds !== undefined)
    .map(({ id }) => id);
}
