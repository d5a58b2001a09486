import { type Belief, classOf, type SkillCall, type SkillOutcome } from '@efferent/agent';
import type { Rng, Vector3 } from '@efferent/core';
import type { Household, Thing } from './household.ts';
import { blockedS, type HouseholdEvents } from './household-events.ts';
import type { HouseholdRobot } from './household-robot.ts';
import { countsFor, type DrawnOutcome, drawOutcome, type RateTable } from './skill-outcomes.ts';

const driveMps = 0.25;
/** Standing this far in front of what a skill works at, m. */
const standoffM = 0.8;
const reachM = 1.2;
/** A thing of the right class this near to where it is believed to be is the one, m. */
const reacquireM = 0.25;
/** Seconds that a skill takes beside the way, where no rate table says it. */
const ownS: Readonly<Record<string, number>> = { navigate: 2, look: 4, stow: 4 };
const otherS = 15;
/** Skills for which the hand has to get there. */
const handSkills: ReadonlySet<string> = new Set(['pick', 'place-on', 'place-in', 'open', 'close']);
/** How long a robot takes to say that it does not get there, s. */
const unreachableS = 1;

/** How skills end in one episode. */
export interface SkillOutcomeSettings {
  readonly rates: RateTable;
  /** Multiplies every chance of failure. */
  readonly factor: number;
  /** Pulls and pushes that a drawer or door withstands, whatever its contract says. */
  readonly jams: ReadonlyMap<string, number>;
}

/** Does what the skills of a robot do to a household: checks what they need and draws how they end. */
export class HouseholdSkills {
  readonly #household: Household;
  readonly #belief: Belief;
  readonly #settings: SkillOutcomeSettings;
  readonly #rng: Rng;
  readonly #events: HouseholdEvents | undefined;
  /** Tries of drawers and doors that jam. */
  readonly #pulls: Map<string, number>;
  /** Containers that turned out to be covered. */
  readonly #metCovers = new Set<string>();
  /** Things by the names that a plan has for them, where they are known whatever is believed. */
  readonly #named: ReadonlyMap<string, string>;
  #wayM = 0;

  constructor(
    world: {
      readonly household: Household;
      readonly belief: Belief;
      readonly events?: HouseholdEvents | undefined;
      readonly pulls?: ReadonlyMap<string, number>;
      readonly named?: ReadonlyMap<string, string>;
    },
    settings: SkillOutcomeSettings,
    rng: Rng,
  ) {
    this.#household = world.household;
    this.#belief = world.belief;
    this.#events = world.events;
    this.#pulls = new Map(world.pulls);
    this.#named = world.named ?? new Map();
    this.#settings = settings;
    this.#rng = rng;
  }

  /** Tries of drawers and doors that jam, so far. */
  get pulls(): ReadonlyMap<string, number> {
    return this.#pulls;
  }

  get household(): Household {
    return this.#household;
  }

  get settings(): SkillOutcomeSettings {
    return this.#settings;
  }

  /** Way of all robots so far, m. */
  get wayM(): number {
    return this.#wayM;
  }

  /** @param beganS - when the skill starts; the outcome says how long it takes */
  execute(call: SkillCall, beganS: number): SkillOutcome {
    const robot = this.#household.robots.get(call.robot)!;
    const meant = this.thingAt(call.arguments.object ?? '');
    const disturbed = this.#events?.beforeSkill(robot, call, meant, beganS) ?? '';
    if (disturbed !== '') return this.#end(disturbed, blockedS);
    const targetM = this.#target(robot, call);
    if (!this.#reaches(robot, targetM, call)) return this.#end('unreachable', unreachableS);
    const rates = this.#settings.rates[call.skill];
    const drawn = drawOutcome(countsFor(rates, this.#context(call)), this.#settings.factor, this.#rng);
    const travelM = this.#approach(robot, call, targetM);
    const elapsedS = travelM / driveMps + (rates?.ownS ?? ownS[call.skill] ?? otherS);
    this.#wayM += travelM;
    const code = this.#do(robot, call, drawn);
    robot.toolM = targetM;
    robot.gazeM = targetM;
    if (code === '') this.#events?.afterSkill(call);
    return this.#end(code, elapsedS);
  }

  /**
   * The same skills as they have come to be so far, over another household in which nobody else does anything.
   *
   * @param change - of how skills end, and what the names of a plan stand for
   */
  over(
    household: Household,
    rng: Rng,
    change: Partial<SkillOutcomeSettings> & { readonly named?: ReadonlyMap<string, string> } = {},
  ): HouseholdSkills {
    const { named = this.#named, ...settings } = change;
    const world = { household, belief: this.#belief, pulls: this.#pulls, named };
    return new HouseholdSkills(world, { ...this.#settings, ...settings }, rng);
  }

  /** A copy of the household without what nobody could know of, and the jams that somebody could. */
  unspoilt(rng: Rng): { readonly household: Household; readonly jams: ReadonlyMap<string, number> } {
    const household = this.#household.copy(rng);
    for (const id of [...household.covers.keys()]) if (!this.#metCovers.has(id)) household.covers.delete(id);
    this.#events?.undoIn(household);
    return { household, jams: new Map([...this.#settings.jams].filter(([id]) => this.#pulls.has(id))) };
  }

  /** Id of what is in the hand, when it can be what a name stands for. */
  heldAs(robot: HouseholdRobot, name: string): string | undefined {
    const held = this.#household.things.get(robot.heldId);
    const track = this.#belief.tracker.find(name);
    const named = this.#named.get(name);
    if (held === undefined || (named !== undefined && named !== held.id)) return undefined;
    return track === undefined || classOf(track) === held.kind.id ? held.id : undefined;
  }

  #end(code: string, elapsedS: number): SkillOutcome {
    const success = code === '';
    const message = success ? 'done' : (messages[code] ?? `it ended with ${code}`);
    return { success, failureCode: code, message, elapsedS };
  }

  /** Class of the thing that a skill acts on; what its rates depend on. */
  #context({ arguments: given }: SkillCall): string {
    const id = given.container ?? given.surface ?? given.fixture ?? given.target ?? given.object ?? '';
    const thing = this.#household.things.get(this.#named.get(id) ?? '');
    const track = this.#belief.tracker.find(id);
    if (thing !== undefined) return thing.kind.id;
    return track !== undefined ? classOf(track) : (this.#household.map.fixture(id)?.kind ?? id);
  }

  /**
   * Tells whether a robot gets at what a skill is about: one that drives at what it can stand before, a fixed one at
   * things and near parts of fixtures within its reach.
   */
  #reaches(robot: HouseholdRobot, targetM: Vector3, { skill, arguments: given }: SkillCall): boolean {
    if (!handSkills.has(skill)) return true;
    const id = given.container ?? given.surface ?? given.fixture ?? '';
    const fixture = this.#household.map.fixture(id);
    if (robot.fixedReachM === undefined) {
      const support = this.thingAt(id === '' ? (given.object ?? '') : id)?.supportId ?? '';
      return (fixture ?? this.#household.map.fixture(support))?.hasAccess ?? true;
    }
    const halfM = fixture === undefined ? 0 : Math.min(fixture.sizeM[0], fixture.sizeM[1]) / 2;
    const gapM = Math.hypot(targetM[0] - robot.base[0], targetM[1] - robot.base[1]);
    return gapM - halfM <= robot.fixedReachM;
  }

  /** Where the skill happens, in `map`. */
  #target(robot: HouseholdRobot, { arguments: given }: SkillCall): Vector3 {
    const id = given.container ?? given.surface ?? given.fixture ?? given.target ?? given.object ?? '';
    const { map } = this.#household;
    const fixture = map.fixture(id);
    if (fixture !== undefined) return this.#household.fixturePose(fixture).translation;
    const place = map.places.get(id);
    if (place !== undefined) return [place.xyYaw[0], place.xyYaw[1], 0.8];
    const thing = this.#household.things.get(this.#named.get(id) ?? '');
    const seenM = thing === undefined ? undefined : this.#household.pose(thing)?.translation;
    return seenM ?? this.#belief.tracker.find(id)?.positionM ?? robot.toolM;
  }

  /** Drives until the target is in reach; returns the way, m. */
  #approach(robot: HouseholdRobot, { skill, arguments: given }: SkillCall, targetM: Vector3): number {
    const [x, y] = robot.base;
    const gapM = Math.hypot(targetM[0] - x, targetM[1] - y);
    const wantedM = this.#household.map.places.has(given.target ?? '') ? 0 : standoffM;
    if (robot.fixedReachM !== undefined || skill === 'stow' || (skill !== 'navigate' && gapM <= reachM))
      return 0;
    const wayM = Math.max(0, gapM - wantedM);
    const share = gapM < 1e-6 ? 0 : wayM / gapM;
    const yaw = Math.atan2(targetM[1] - y, targetM[0] - x);
    robot.base = [x + share * (targetM[0] - x), y + share * (targetM[1] - y), yaw];
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
    robot.hasLost = false;
    return '';
  }

  #place(robot: HouseholdRobot, supportId: string, near: string | undefined, drawn: DrawnOutcome): string {
    const held = this.#household.things.get(robot.heldId);
    if (held === undefined) return robot.hasLost ? 'dropped' : 'hand-empty';
    if (drawn.kind === 'drops') {
      robot.heldId = '';
      this.#dropNearby(robot, held);
      return drawn.code;
    }
    const vessel = this.#household.map.fixture(supportId) === undefined ? this.thingAt(supportId) : undefined;
    const target = vessel?.id ?? supportId;
    if (vessel === undefined && this.#household.map.fixture(supportId) === undefined) return 'target-lost';
    if (!this.#household.isAccessible(target)) return 'unreachable';
    if (this.#household.isCovered(target)) {
      this.#metCovers.add(target);
      return 'no-free-spot';
    }
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
    const pulls = (this.#pulls.get(articulationId) ?? 0) + 1;
    this.#pulls.set(articulationId, pulls);
    if (pulls <= (this.#settings.jams.get(articulationId) ?? 0)) return 'force-limit';
    if (drawn.kind === 'lies') return '';
    if (drawn.kind !== 'works') return drawn.code;
    this.#household.setOpen(articulationId, open);
    return '';
  }

  /** The thing that an object of the belief stands for: of its class, where it is believed to be. */
  thingAt(objectId: string): Thing | undefined {
    const named = this.#household.things.get(this.#named.get(objectId) ?? '');
    if (named !== undefined) return named.supportId === '' ? undefined : named;
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
    const [x, y] = robot.base;
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
  unreachable: 'it is out of reach, or behind something closed',
  'force-limit': 'it does not move',
  'no-free-spot': 'there is no free spot',
};
