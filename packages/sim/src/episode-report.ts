import { finiteNumber, object, parseWithSchema, record, Transform } from '@efferent/core';
import * as v from 'valibot';
import type { Grip } from './grip.ts';
import type { Scene } from './scene-file.ts';
import type { EntityState, SimWorld } from './sim-world.ts';

const episodeReportSchema = object({
  timeS: finiteNumber,
  seed: finiteNumber,
  task: v.string(),
  collisions: v.array(object({ atS: finiteNumber, link: v.string(), with: v.string(), kind: v.string() })),
  /** How near, how fast and how hard robots came to each part of a person. */
  people: v.array(
    object({
      part: v.string(),
      leastDistanceM: finiteNumber,
      approachMps: finiteNumber,
      forceN: finiteNumber,
    }),
  ),
  /** Ids of the objects and articulations in the robots' grippers. */
  held: v.array(v.string()),
  /** Joint positions by articulation id, m or rad. */
  articulations: record(v.string(), finiteNumber),
  /** Share that was wiped, [0, 1], by the stain's id. */
  stains: v.optional(record(v.string(), finiteNumber), {}),
  grips: v.array(object({ event: v.string(), target: v.string(), reason: v.optional(v.string()) })),
  perturbation: v.nullable(
    object({ name: v.string(), object: v.string(), outOfView: v.boolean(), atS: finiteNumber }),
  ),
});

/** What `/sim/episode` tells the judge's side beside poses. */
export type EpisodeReport = v.InferOutput<typeof episodeReportSchema>;

/** Writes the report of a world as it is now. */
export function episodeReport(
  world: SimWorld,
  task: string,
  seed: number,
  perturbation: EpisodeReport['perturbation'],
): EpisodeReport {
  return {
    timeS: world.timeS,
    seed,
    task,
    collisions: [...world.collisions.collisions],
    people: world.people.report(),
    held: world.robots.flatMap(({ plant: { grip } }) => idOfHeld(grip.held)),
    articulations: Object.fromEntries(world.physics.articulations.map((a) => [a.id, a.position])),
    stains: world.stains.shares(),
    grips: [...world.plant.grip.events],
    perturbation,
  };
}

const idOfHeld = (held: Grip['held']): readonly string[] =>
  held === undefined ? [] : [held.kind === 'object' ? held.object.id : held.articulation.id];

/** Distances to people change all the time: without other news a report goes out this often, s. */
const peoplePeriodS = 0.5;

/** Writes reports as text, each change once. */
export class EpisodeReporter {
  #shown = '';
  #people = '';
  #shownAtS = Number.NEGATIVE_INFINITY;

  /** Returns the text of a report that differs from the last one in more than its time, else undefined. */
  next(report: EpisodeReport): string | undefined {
    const shown = JSON.stringify({ ...report, timeS: 0, people: [] });
    const people = JSON.stringify(report.people);
    const isDue = people !== this.#people && Math.abs(report.timeS - this.#shownAtS) >= peoplePeriodS;
    if (shown === this.#shown && !isDue) return undefined;
    this.#shown = shown;
    this.#people = people;
    this.#shownAtS = report.timeS;
    return JSON.stringify(report);
  }
}

/** Reads the text of `/sim/episode`. @throws {@link ConfigurationError} naming the field that is wrong */
export function parseEpisodeReport(text: string): EpisodeReport {
  return parseWithSchema(episodeReportSchema, JSON.parse(text), '/sim/episode');
}

/** A pose and speeds as `/sim/get_entities_states` gives them. */
export interface EntityPose {
  readonly id: string;
  readonly pose: Transform;
  /** m/s and rad/s; at rest when left out. */
  readonly linearMps?: readonly [number, number, number];
  readonly angularRadS?: readonly [number, number, number];
}

const still = {
  pose: Transform.identity,
  linearMps: [0, 0, 0],
  angularRadS: [0, 0, 0],
  isHeld: false,
} as const;

/** Joins poses and report to the states that {@link judgeTask} wants. */
export function entityStatesFromReport(
  scene: Scene,
  poses: readonly EntityPose[],
  report: EpisodeReport,
): EntityState[] {
  const kinds = new Map(scene.file.objects.map(({ id, kind }) => [id, kind]));
  const stains = Object.entries(report.stains).map(
    ([id, wipedShare]): EntityState => ({ ...still, id, type: 'stain', kind: 'stain', wipedShare }),
  );
  const things = poses.map(({ id, pose, linearMps, angularRadS }): EntityState => {
    const jointPosition = report.articulations[id];
    const kind = kinds.get(id);
    const type =
      kind !== undefined
        ? 'object'
        : jointPosition !== undefined
          ? 'articulation'
          : id.endsWith('-gripper')
            ? 'gripper'
            : 'robot';
    return {
      id,
      type,
      kind: kind ?? id,
      pose,
      linearMps: linearMps ?? [0, 0, 0],
      angularRadS: angularRadS ?? [0, 0, 0],
      ...(jointPosition === undefined ? {} : { jointPosition }),
      isHeld: report.held.includes(id),
    };
  });
  return [...things, ...stains];
}
