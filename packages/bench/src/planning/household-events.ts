import type { SkillCall } from '@efferent/agent';
import type { Rng } from '@efferent/core';
import type { Perturbation, PerturbationName } from '@efferent/sim';
import type { Household, Thing } from './household.ts';
import type { HouseholdRobot } from './household-robot.ts';

/** What disturbs one episode, once. */
export interface HouseholdDisturbance extends Perturbation {
  readonly name: PerturbationName;
}

/** Skills that need to stand in front of what they work at. */
const needsToStandThere = new Set(['navigate', 'pick', 'place-on', 'place-in', 'open', 'close']);
/** How long a robot waits before it says that the way is blocked, s. */
export const blockedS = 10;

/**
 * Disturbs the household once, at the moment that hurts: just before the robot picks, puts down or goes on.
 *
 * The robot sees of it what its cameras see afterwards.
 */
export class HouseholdEvents {
  readonly #household: Household;
  readonly #disturbance: HouseholdDisturbance;
  readonly #rng: Rng;
  #happenedS: number | undefined;
  #isPartOpened = false;
  /** Where things were before they were disturbed, by id. */
  readonly #former = new Map<string, Pick<Thing, 'supportId' | 'supportFromThing'>>();

  constructor(household: Household, disturbance: HouseholdDisturbance, rng: Rng) {
    this.#household = household;
    this.#disturbance = disturbance;
    this.#rng = rng;
  }

  /** When it happened, s; undefined while it has not. */
  get happenedS(): number | undefined {
    return this.#happenedS;
  }

  /**
   * Called when a skill begins.
   *
   * @param thing - the thing that a pick is about, as it is in the world
   * @returns the failure code that the skill ends with because of it; empty when it goes on
   */
  beforeSkill(robot: HouseholdRobot, call: SkillCall, thing: Thing | undefined, nowS: number): string {
    const { name, targetId, durationS } = this.#disturbance;
    if (name === 'block-way') {
      const isStopped = robot.fixedReachM === undefined && this.#isInTheWay(call, nowS, durationS);
      return isStopped ? 'blocked' : '';
    }
    if (this.#happenedS !== undefined) return '';
    const isPick = call.skill === 'pick' && thing?.id === targetId;
    if (name === 'move-object' && isPick) this.#note(nowS, this.#moveAway(targetId));
    if (name === 'swap-objects' && isPick) this.#note(nowS, this.#swap());
    if (name === 'slip' && call.skill.startsWith('place') && robot.heldId === targetId)
      this.#note(nowS, this.#letSlip(robot));
    if (name === 'block-target' && call.skill.startsWith('place') && robot.heldId !== targetId)
      this.#note(nowS, this.#moveAway(targetId));
    if (name === 'close-again' && this.#isPartOpened && call.arguments.fixture !== targetId) {
      this.#household.setOpen(targetId, false);
      this.#note(nowS, true);
    }
    return '';
  }

  /** Called when a skill has ended as it should. */
  afterSkill(call: SkillCall): void {
    const { name, targetId } = this.#disturbance;
    if (name === 'close-again' && call.skill === 'open' && call.arguments.fixture === targetId)
      this.#isPartOpened = true;
  }

  /** Takes back in a copy of the household what was done to parts and to things that lie; nothing that somebody has moved since. */
  undoIn(household: Household): void {
    const { name, targetId } = this.#disturbance;
    if (this.#happenedS === undefined) return;
    if (name === 'close-again') household.setOpen(targetId, true);
    for (const [id, former] of this.#former) {
      const thing = household.things.get(id);
      if (thing !== undefined && thing.supportId !== '') Object.assign(thing, former);
    }
  }

  /** Takes note of what happened outside of the household, such as a person's wish. */
  noteHappened(nowS: number): void {
    this.#happenedS ??= nowS;
  }

  #note(nowS: number, happened: boolean): void {
    if (happened) this.#happenedS = nowS;
  }

  #isInTheWay(call: SkillCall, nowS: number, durationS: number): boolean {
    if (!needsToStandThere.has(call.skill) || !this.#isAtTarget(call)) return false;
    this.#happenedS ??= nowS;
    return nowS < this.#happenedS + durationS;
  }

  #isAtTarget({ arguments: given }: SkillCall): boolean {
    const { map } = this.#household;
    const { targetId } = this.#disturbance;
    const id = given.container ?? given.surface ?? given.fixture ?? given.target ?? '';
    return map.fixture(id)?.furnitureId === targetId || map.places.get(id)?.furnitureId === targetId;
  }

  #moveAway(id: string): boolean {
    const thing = this.#household.things.get(id);
    if (thing === undefined || this.#household.isHeld(thing)) return false;
    this.#remember(thing);
    const before = this.#household.furnitureUnder(thing);
    const regions = this.#rng.shuffle(this.#disturbance.regions);
    const elsewhere = regions.filter((region) => this.#household.furnitureOfRegion(region) !== before);
    return [...elsewhere, ...regions].some((region) => this.#household.putInRegion(thing, region));
  }

  #swap(): boolean {
    const a = this.#household.things.get(this.#disturbance.targetId);
    const b = this.#household.things.get(this.#disturbance.otherId);
    if (a === undefined || b === undefined || a.supportId === '' || b.supportId === '') return false;
    this.#remember(a);
    this.#remember(b);
    this.#household.swap(a, b);
    return true;
  }

  #remember({ id, supportId, supportFromThing }: Thing): void {
    this.#former.set(id, { supportId, supportFromThing });
  }

  #letSlip(robot: HouseholdRobot): boolean {
    const thing = this.#household.things.get(robot.heldId);
    if (thing === undefined) return false;
    const region = this.#rng
      .shuffle(this.#disturbance.regions)
      .find((candidate) => this.#household.putInRegion(thing, candidate));
    if (region === undefined) return false;
    robot.heldId = '';
    robot.hasLost = true;
    return true;
  }
}
