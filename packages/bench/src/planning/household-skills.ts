import { type Belief, classOf, type SkillCall, type SkillOutcome } from '@efferent/agent';
import type { Rng, Vector3 } from '@efferent/core';
import type { Household, HouseholdRobot, Thing } from './household.ts';
import type { HouseholdSenses } from './household-senses.ts';
import { type DrawnOutcome, drawOutcome, type RateTable } from './skill-outcomes.ts';

const driveMps = 0.25;
/** Standing this far in front of what a skill works at, m. */
const standoffM = 0.8;
const reachM = 1.2;
/** A thing of the right class this near to where it is believed to be is the one, m. */
const reacquireM = 0.25;
/** Seconds that a skill takes beside the way, where no rate table says it. */
const ownS: Readonly<Record<string, number>> = { navigate: 2, look: 4, stow: 4 };
const otherS = 15;

/** Does what the skills of a robot do to a household: checks what they need, draws how they end, and lets the robot see. */
export class HouseholdSkills {
  readonly #household: Household;
  readonly #senses: HouseholdSenses;
  readonly #belief: Belief;
  readonly #rates: RateTable;
  readonly #factor: number;
  readonly #rng: Rng;
  /** Drawers and doors that cannot be moved in this world, whatever their contract says. */
  readonly #jammed: ReadonlySet<string>;

  constructor(
    household: Household,
    senses: HouseholdSenses,
    belief: Belief,
    outcomes: { readonly rates: RateTable; readonly factor: number; readonly jammed: ReadonlySet<string> },
    rng: Rng,
  ) {
    this.#household = household;
    this.#senses = senses;
    this.#belief = belief;
    this.#rates = outcomes.rates;
    this.#factor = outcomes.factor;
    this.#jammed = outcomes.jammed;
    this.#rng = rng;
  }

  /** @param beganS - when the skill starts; the outcome says how long it took */
  execute(call: SkillCall, beganS: number): SkillOutcome {
    const robot = this.#household.robots.get(call.robot)!;
    const targetM = this.#target(robot, call);
    const travelM = this.#approach(robot, call, targetM);
    const drawn = drawOutcome(this.#rates[call.skill], this.#factor, this.#rng);
    const elapsedS = travelM / driveMps + (this.#rates[call.skill]?.meanS ?? ownS[call.skill] ?? otherS);
    const code = this.#do(robot, call, drawn);
    robot.toolM = targetM;
    robot.gazeM = targetM;
    this.#senses.look(robot, beganS + elapsedS);
    const success = code === '';
    return {
      success,
      failureCode: code,
      message: success ? 'done' : (messages[code] ?? `it ended with ${code}`),
      elapsedS,
    };
  }

  /** Where the skill happens, in `map`. */
  #target(robot: HouseholdRobot, { arguments: given }: SkillCall): Vector3 {
    const id = given.container ?? given.surface ?? given.fixture ?? given.target ?? given.object ?? '';
    const { map } = this.#household;
    const fixture = map.fixture(id);
    if (fixture !== undefined) return this.#household.fixturePose(fixture).translation;
    const place = map.places.get(id);
    if (place !== undefined) return [place.xyYaw[0], place.xyYaw[1], 0.8];
    return this.#belief.tracker.find(id)?.positionM ?? robot.toolM;
  }

  /** Drives until the target is in reach; returns the way, m. */
  #approach(robot: HouseholdRobot, { skill, arguments: given }: SkillCall, targetM: Vector3): number {
    const [x, y] = robot.basePose;
    const gapM = Math.hypot(targetM[0] - x, targetM[1] - y);
    const wantedM = this.#household.map.places.has(given.target ?? '') ? 0 : standoffM;
    if (skill === 'stow' || (skill !== 'navigate' && gapM <= reachM)) return 0;
    const wayM = Math.max(0, gapM - wantedM);
    const share = gapM < 1e-6 ? 0 : wayM / gapM;
    const yaw = Math.atan2(targetM[1] - y, targetM[0] - x);
    robot.basePose = [x + share * (targetM[0] - x), y + share * (targetM[1] - y), yaw];
    return wayM;
  }

  /** Returns the failure code; empty on (reported) success. */
  #do(robot: HouseholdRobot, call: SkillCall, drawn: DrawnOutcome): string {
    const { arguments: given } = call;
    switch (call.skill) {
      case 'pick':
        return this.#pick(robot, given.object ?? '', drawn);
      case 'place-on':
      case 'place-in':
        return this.#place(robot, given.surface ?? given.container ?? '', given.near, drawn);
      case 'open':
      case 'close':
        return this.#move(robot, given.fixture ?? '', call.skill === 'open', drawn);
      default:
        return drawn.kind === 'fails' ? drawn.code : '';
    }
  }

  #pick(robot: HouseholdRobot, objectId: string, drawn: DrawnOutcome): string {
    if (robot.heldId !== '') return 'hand-full';
    const thing = this.thingAt(objectId);
    if (thing === undefined || !this.#household.isAccessible(thing.id)) return 'target-lost';
    if (thing.kind.grasp.type === 'none') return 'too-wide';
    if (drawn.kind === 'lies') return '';
    if (drawn.kind !== 'works') return drawn.code;
    this.#household.lift(thing);
    robot.heldId = thing.id;
    return '';
  }

  #place(robot: HouseholdRobot, supportId: string, near: string | undefined, drawn: DrawnOutcome): string {
    const held = this.#household.things.get(robot.heldId);
    if (held === undefined) return 'hand-empty';
    if (drawn.kind === 'drops') {
      robot.heldId = '';
      this.#dropNearby(robot, held);
      return drawn.code;
    }
    const vessel = this.#household.map.fixture(supportId) === undefined ? this.thingAt(supportId) : undefined;
    const target = vessel?.id ?? supportId;
    if (vessel === undefined && this.#household.map.fixture(supportId) === undefined) return 'target-lost';
    if (!this.#household.isAccessible(target)) return 'unreachable';
    if (drawn.kind === 'fails') return drawn.code;
    const area = this.#household.map.places.get(near ?? '')?.delivery?.centerM;
    const other = near === undefined ? undefined : this.#belief.tracker.find(near)?.positionM;
    const spot = area ?? (other === undefined ? undefined : ([other[0], other[1]] as const));
    if (drawn.kind === 'lies') {
      // It slipped out of the fingers on the way: the skill felt them open and believes that it is there.
      robot.heldId = '';
      this.#dropNearby(robot, held);
      return '';
    }
    if (!this.#household.put(held, target, spot)) return 'no-free-spot';
    robot.heldId = '';
    return '';
  }

  #move(robot: HouseholdRobot, articulationId: string, open: boolean, drawn: DrawnOutcome): string {
    if (robot.heldId !== '') return 'hand-full';
    if (this.#jammed.has(articulationId)) return 'force-limit';
    if (drawn.kind === 'lies') return '';
    if (drawn.kind !== 'works') return drawn.code;
    this.#household.setOpen(articulationId, open);
    return '';
  }

  /** The thing that an object of the belief stands for: of its class, where it is believed to be. */
  thingAt(objectId: string): Thing | undefined {
    const track = this.#belief.tracker.find(objectId);
    if (track === undefined || track.state === 'missing') return undefined;
    const name = classOf(track);
    let best: Thing | undefined;
    let bestM = reacquireM;
    for (const thing of this.#household.things.values()) {
      const at = thing.kind.id === name ? this.#household.pose(thing)?.translation : undefined;
      if (at === undefined || thing.supportId === '') continue;
      const gapM = Math.hypot(at[0] - track.positionM[0], at[1] - track.positionM[1]);
      if (gapM < bestM) {
        best = thing;
        bestM = gapM;
      }
    }
    return best;
  }

  /** A thing that falls comes to lie on the nearest free surface. */
  #dropNearby(robot: HouseholdRobot, thing: Thing): void {
    const [x, y] = robot.basePose;
    const surfaces = [...this.#household.map.fixtures.values()]
      .filter((fixture) => fixture.isSurface && this.#household.isAccessible(fixture.id))
      .map((fixture) => ({ fixture, at: fixture.mapFromCenter.translation }))
      .sort((a, b) => Math.hypot(a.at[0] - x, a.at[1] - y) - Math.hypot(b.at[0] - x, b.at[1] - y));
    for (const { fixture } of surfaces) if (this.#household.put(thing, fixture.id)) return;
  }
}

const messages: Readonly<Record<string, string>> = {
  'target-lost': 'it is not seen where it was believed to be',
  'hand-full': 'something is in the gripper',
  'hand-empty': 'nothing is in the gripper',
  'too-wide': 'it is wider than the gripper',
  unreachable: 'it is behind something closed',
  'force-limit': 'it does not move',
  'no-free-spot': 'there is no free spot',
};
