import type { Belief, Fixture, ObjectTrack, Sighting } from '@efferent/agent';
import { type Rng, Transform, type Vector3 } from '@efferent/core';
import { missProbability, defaultPerceptionNoise as noise, perturbPosition } from '@efferent/perception';
import type { Household, Thing } from './household.ts';
import type { HouseholdRobot } from './household-robot.ts';

/** Scores of the simulated detector: of a thing under its own name, and under another's. */
const scores = { right: 0.95, confused: 0.62 } as const;
/** Pictures that one look gives, and the time between two, s. */
const pictures = 5;
const pictureS = 0.2;
const rangeM = 2.1;
/** Half of the horizontal field of view with the head's sweep, rad. */
const halfViewRad = 0.75;

/**
 * Lets a robot see from where it stands, and the belief take it in.
 *
 * Misses, misnamings, positions and phantoms are drawn from the noise that the simulator's detector states; a thing
 * counts as many pixels as its extent covers at its range. What stands in front of what is not modelled.
 */
export class HouseholdSenses {
  readonly #household: Household;
  readonly #belief: Belief;
  readonly #rng: Rng;
  #newestS = Number.NEGATIVE_INFINITY;

  constructor(household: Household, belief: Belief, rng: Rng) {
    this.#household = household;
    this.#belief = belief;
    this.#rng = rng;
  }

  /** Takes the pictures of a look that ends at `untilS`. */
  look(robot: HouseholdRobot, untilS: number): void {
    this.feel(untilS - pictures * pictureS);
    this.feel(untilS);
    for (let picture = pictures - 1; picture >= 0; picture--)
      this.#picture(robot, untilS - picture * pictureS);
  }

  /** Looks at every open place from near, as somebody does who has been here before. */
  lookEverywhere(nowS: number): void {
    const { map, robots } = this.#household;
    const [robot] = robots.values();
    if (robot === undefined) return;
    for (const fixture of map.fixtures.values()) {
      const [x, y] = this.#household.fixturePose(fixture).translation;
      this.look({ ...robot, base: [x, y, 0], gazeM: [x, y, 0.7] }, nowS);
    }
  }

  /** Lets time pass up to `nowS`: every camera takes a picture when its next one is due. */
  watch(nowS: number): void {
    if (nowS - this.#newestS < pictureS) return;
    this.feel(nowS);
    for (const robot of this.#household.robots.values()) this.#picture(robot, nowS);
  }

  /** Tells the belief where the robots are and what their fingers feel. */
  feel(nowS: number): void {
    for (const robot of this.#household.robots.values()) {
      const [x, y, yaw] = robot.base;
      const tool = new Transform(robot.toolM, [0, 0, 0, 1]);
      const [aperture, effort] = robot.heldId !== '' ? [0.07, -6] : robot.hasLost ? [0, 0] : [0.1, 0];
      this.#belief.observeJoints(robot.name, aperture, effort, nowS);
      this.#belief.observeRobot(robot.name, Transform.fromPlanar(x, y, yaw), tool);
    }
  }

  #picture(robot: HouseholdRobot, stampS: number): void {
    this.#newestS = stampS;
    const fixtures = this.#fixturesInView(robot);
    const phantom = this.#rng.chance(noise.falsePositivesPerFrame) ? this.#phantom(robot, fixtures) : [];
    this.#belief.observeScene(
      {
        sightings: [
          ...[...this.#thingsIn(fixtures)].flatMap((thing) => this.#sighting(robot, thing)),
          ...phantom,
        ],
        articulations: this.#articulationsInView(robot),
        covered: fixtures.map((fixture) => fixture.id),
        detectionChance: (track) =>
          this.#isCovered(track, fixtures) ? 1 - missedShare(robot, track.sizeM, track.positionM) : 0,
      },
      stampS,
    );
  }

  #fixturesInView(robot: HouseholdRobot): readonly Fixture[] {
    const { map } = this.#household;
    return [...map.fixtures.values()].filter(
      (fixture) =>
        (fixture.isSurface || fixture.isContainer) &&
        this.#household.isAccessible(fixture.id) &&
        isInView(robot, this.#household.fixturePose(fixture).translation),
    );
  }

  #articulationsInView(robot: HouseholdRobot): ReadonlyMap<string, number> {
    const { map, positions } = this.#household;
    return new Map(
      [...map.fixtures.values()]
        .filter((fixture) => fixture.articulation !== undefined)
        .filter((fixture) => isInView(robot, fixture.mapFromCenter.translation))
        .map((fixture) => [fixture.id, positions.get(fixture.id) ?? 0]),
    );
  }

  #thingsIn(fixtures: readonly Fixture[]): ReadonlySet<Thing> {
    const ids = new Set(fixtures.map((fixture) => fixture.id));
    const isIn = (thing: Thing): boolean => {
      const vessel = this.#household.things.get(thing.supportId);
      return ids.has(thing.supportId) || (vessel !== undefined && isIn(vessel));
    };
    return new Set([...this.#household.things.values()].filter(isIn));
  }

  #sighting(robot: HouseholdRobot, thing: Thing): readonly Sighting[] {
    const pose = this.#household.pose(thing);
    if (pose === undefined) return [];
    const [x, y, z] = pose.translation;
    const at: Vector3 = [x, y, z + thing.sizeM[2] / 2];
    const missed = missedShare(robot, thing.sizeM, at);
    if (this.#rng.chance(missed)) return [];
    const eye = eyeOf(robot);
    const seen = perturbPosition([at[0] - eye[0], at[1] - eye[1], at[2] - eye[2]], noise, this.#rng);
    const isConfused = this.#rng.chance(noise.confusion);
    return [
      {
        className: isConfused ? this.#otherKind(thing.kind.id) : thing.kind.id,
        score: (isConfused ? scores.confused : scores.right) - 0.5 * missed,
        positionM: [eye[0] + seen[0], eye[1] + seen[1], eye[2] + seen[2]],
        orientation: pose.rotation,
        sizeM: thing.sizeM,
        rangeM: Math.hypot(...seen),
      },
    ];
  }

  /** A detection of nothing, somewhere on what is in view. */
  #phantom(robot: HouseholdRobot, fixtures: readonly Fixture[]): readonly Sighting[] {
    if (fixtures.length === 0) return [];
    const fixture = this.#rng.pick(fixtures);
    const [width, depth] = fixture.sizeM;
    const positionM = this.#household
      .fixturePose(fixture)
      .apply([this.#rng.range(-width / 2, width / 2), this.#rng.range(-depth / 2, depth / 2), 0]);
    const eye = eyeOf(robot);
    return [
      {
        className: this.#otherKind(''),
        score: this.#rng.range(0.3, 0.6),
        positionM,
        orientation: [0, 0, 0, 1],
        sizeM: [0.08, 0.08, 0.08],
        rangeM: Math.hypot(positionM[0] - eye[0], positionM[1] - eye[1], positionM[2] - eye[2]),
      },
    ];
  }

  #otherKind(kindId: string): string {
    return this.#rng.pick([...this.#household.scene.kinds.keys()].filter((id) => id !== kindId));
  }

  #isCovered(track: ObjectTrack, fixtures: readonly Fixture[]): boolean {
    return fixtures.some((fixture) => {
      const [x, y, z] = this.#household.fixturePose(fixture).inverse().apply(track.positionM);
      return (
        Math.abs(x) < fixture.sizeM[0] / 2 + 0.05 &&
        Math.abs(y) < fixture.sizeM[1] / 2 + 0.05 &&
        Math.abs(z) < fixture.sizeM[2] / 2 + 0.1
      );
    });
  }
}

const eyeOf = ({ base, camera }: HouseholdRobot): Vector3 =>
  camera.eyeM ?? [base[0], base[1], camera.heightM];

/** Chance that the detector misses a thing of this extent there. */
function missedShare(robot: HouseholdRobot, sizeM: Vector3, atM: Vector3): number {
  const eye = eyeOf(robot);
  const distanceM = Math.hypot(atM[0] - eye[0], atM[1] - eye[1], atM[2] - eye[2]);
  const width = Math.max(sizeM[0], sizeM[1]);
  const height = Math.max(sizeM[2], 0.5 * Math.min(sizeM[0], sizeM[1]));
  const pixels = (robot.camera.focalPx ** 2 * width * height) / Math.max(distanceM, 0.3) ** 2;
  return missProbability(pixels, noise);
}

/** Tells whether a point is near enough and in the direction that the camera turns over, or on a fixed robot's place of work. */
function isInView(robot: HouseholdRobot, pointM: Vector3): boolean {
  const [x, y] = robot.base;
  const distance = Math.hypot(pointM[0] - x, pointM[1] - y);
  if (robot.fixedReachM !== undefined) return distance <= robot.fixedReachM;
  if (distance > rangeM) return false;
  const towards = Math.atan2(robot.gazeM[1] - y, robot.gazeM[0] - x);
  const bearing = Math.atan2(pointM[1] - y, pointM[0] - x);
  const off = Math.abs(Math.atan2(Math.sin(bearing - towards), Math.cos(bearing - towards)));
  return off <= halfViewRad || distance < 0.5;
}
