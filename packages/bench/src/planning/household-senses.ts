import type { Belief, Fixture, ObjectTrack, Sighting } from '@efferent/agent';
import { type Rng, Transform, type Vector3 } from '@efferent/core';
import type { Household, HouseholdRobot, Thing } from './household.ts';

/** The stated position noise of the simulated detector; the shares of misses and misnamings are assumed. */
const sigmaM = 0.008;
const sigmaPerRange = 0.01;
const detectedShare = 0.95;
const misnamedShare = 0.02;
const score = 0.95;
/** Pictures that one look gives, and the time between two, s. */
const pictures = 5;
const pictureS = 0.2;
const rangeM = 2.1;
/** Half of the horizontal field of view with the head's sweep, rad. */
const halfViewRad = 0.75;
const eyeHeightM = 1.35;

/** Lets a robot see from where it stands, and the belief take it in. */
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
    this.feel(untilS);
    for (let picture = pictures - 1; picture >= 0; picture--)
      this.#picture(robot, untilS - picture * pictureS);
  }

  /** Lets time pass up to `nowS`: every camera takes a picture when its next one is due. */
  watch(nowS: number): void {
    if (nowS - this.#newestS < pictureS) return;
    this.feel(nowS);
    for (const robot of this.#household.robots.values()) this.#picture(robot, nowS);
  }

  #picture(robot: HouseholdRobot, stampS: number): void {
    this.#newestS = stampS;
    const fixtures = this.#fixturesInView(robot);
    this.#belief.observeScene(
      {
        sightings: [...this.#thingsIn(fixtures)].flatMap((thing) => this.#sighting(robot, thing)),
        articulations: this.#articulationsInView(robot),
        covered: fixtures.map((fixture) => fixture.id),
        detectionChance: (track) => (this.#isCovered(track, fixtures) ? detectedShare : 0),
      },
      stampS,
    );
  }

  /** Tells the belief where the robots are and what their fingers feel. */
  feel(nowS: number): void {
    for (const robot of this.#household.robots.values()) {
      const [x, y, yaw] = robot.basePose;
      const tool = new Transform(robot.toolM, [0, 0, 0, 1]);
      const [aperture, effort] = robot.heldId === '' ? [0.1, 0] : [0.07, -6];
      this.#belief.observeJoints(robot.name, aperture, effort, nowS);
      this.#belief.observeRobot(robot.name, Transform.fromPlanar(x, y, yaw), tool);
    }
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
    if (pose === undefined || !this.#rng.chance(detectedShare)) return [];
    const [x, y, z] = pose.translation;
    const at: Vector3 = [x, y, z + thing.sizeM[2] / 2];
    const rangeToM = Math.hypot(at[0] - robot.basePose[0], at[1] - robot.basePose[1], at[2] - eyeHeightM);
    const sigma = sigmaM + sigmaPerRange * rangeToM;
    return [
      {
        className: this.#rng.chance(misnamedShare) ? this.#otherKind(thing) : thing.kind.id,
        score,
        positionM: [
          at[0] + sigma * this.#rng.normal(),
          at[1] + sigma * this.#rng.normal(),
          at[2] + sigma * this.#rng.normal(),
        ],
        orientation: pose.rotation,
        sizeM: thing.sizeM,
        rangeM: rangeToM,
      },
    ];
  }

  #otherKind(thing: Thing): string {
    return this.#rng.pick([...this.#household.scene.kinds.keys()].filter((id) => id !== thing.kind.id));
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

/** Tells whether a point is near enough and in the direction that the camera turns over. */
function isInView(robot: HouseholdRobot, pointM: Vector3): boolean {
  const [x, y] = robot.basePose;
  const distance = Math.hypot(pointM[0] - x, pointM[1] - y);
  if (distance > rangeM) return false;
  const towards = Math.atan2(robot.gazeM[1] - y, robot.gazeM[0] - x);
  const bearing = Math.atan2(pointM[1] - y, pointM[0] - x);
  const off = Math.abs(Math.atan2(Math.sin(bearing - towards), Math.cos(bearing - towards)));
  return off <= halfViewRad || distance < 0.5;
}
