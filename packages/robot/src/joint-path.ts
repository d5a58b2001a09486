import { PlannerError, Rng } from '@efferent/core';
import type { Collision, CollisionChecker } from './collision-checker.ts';
import type { RobotModel } from './robot-model.ts';

/** Longest step between two checked configurations: m and rad. The checker's margin covers what lies between them. */
const checkStep = { m: 0.01, rad: 0.04 } as const;
/** One extension of a tree covers at most this much motion time at full speed, s. */
const extensionS = 0.5;
const goalBias = 0.1;
const shortcutTries = 80;

/** Way-points of actuator positions, order of `model.actuators`, m or rad; straight joint motion between them. */
export type JointPath = readonly Float64Array[];

export interface JointPathRequest {
  /** Order of `model.actuators`, m or rad. */
  readonly start: Float64Array;
  /** Any of these will do. Actuators that are not planned take the start's positions. */
  readonly goals: readonly Float64Array[];
  /** Names of the actuators that may move. */
  readonly actuators: readonly string[];
  /** Names of those of them that go no farther than from the start to the nearest of the goals. */
  readonly direct?: readonly string[];
  readonly seed: number;
  /** Extensions of the trees before giving up; default 3000. */
  readonly maxIterations?: number;
  /** Accept a start in contact; later configurations may have its contacts, not others and not more. Default false. */
  readonly startMayTouch?: boolean;
}

/**
 * Plans a collision-free joint path by RRT-Connect and shortens it. Deterministic for equal requests.
 *
 * @param checker - with its base pose set
 * @throws {@link PlannerError} codes `start-out-of-limits`, `start-in-collision`, `goal-in-collision` (every goal is, or is
 *   out of limits), `goal-unreachable`
 * @see Kuffner and LaValle, RRT-Connect (ICRA 2000)
 */
export function planJointPath(checker: CollisionChecker, request: JointPathRequest): JointPath {
  const space = new JointSpace(checker, request);
  const goals = space.usableGoals();
  const direct = goals.find((goal) => space.isEdgeFree(request.start, goal));
  if (direct !== undefined) return [request.start.slice(), direct];
  const path = connectTrees(space, request, goals);
  return shorten(space, path, new Rng(request.seed).fork('shortcut'));
}

/**
 * Tells whether a path is free of collision.
 *
 * @param startMayTouch - see {@link JointPathRequest.startMayTouch}
 */
export function isJointPathFree(checker: CollisionChecker, path: JointPath, startMayTouch = false): boolean {
  const actuators = checker.model.actuators.map(({ name }) => name);
  const space = new JointSpace(checker, { start: path[0]!, goals: [], actuators, seed: 0, startMayTouch });
  return path.every((point, i) => i === 0 || space.isEdgeFree(path[i - 1]!, point));
}

/** What touches what at the start of a motion: that much and no other thing may go on touching. */
class StartContacts {
  readonly #pairs: ReadonlySet<string>;
  readonly #count: number;

  constructor(contacts: readonly Collision[]) {
    this.#pairs = new Set(contacts.map(pairOf));
    this.#count = contacts.length;
  }

  get isNone(): boolean {
    return this.#count === 0;
  }

  /** Tells whether these contacts are no more than those of the start. */
  cover(contacts: readonly Collision[]): boolean {
    return contacts.length <= this.#count && contacts.every((contact) => this.#pairs.has(pairOf(contact)));
  }
}

const pairOf = ({ first, second }: Collision): string => `${first}|${second}`;

class JointSpace {
  readonly model: RobotModel;
  readonly indices: readonly number[];
  readonly #checker: CollisionChecker;
  readonly #request: JointPathRequest;
  readonly #q: Float64Array;
  readonly #between: Float64Array;
  readonly #startContacts: StartContacts;
  readonly #ranges: readonly { readonly lower: number; readonly upper: number }[];

  constructor(checker: CollisionChecker, request: JointPathRequest) {
    this.model = checker.model;
    this.#checker = checker;
    this.#request = request;
    this.indices = request.actuators.map((name) => this.model.actuatorIndex(name));
    this.#q = this.model.zeroJointPositions();
    this.#between = request.start.slice();
    this.#ranges = this.indices.map((index) => this.#rangeOf(index));
    this.#startContacts = new StartContacts(
      request.startMayTouch === true ? this.#contacts(request.start) : [],
    );
  }

  /** Checks the start and returns the goals that can be stood in. */
  usableGoals(): Float64Array[] {
    const { start, goals } = this.#request;
    const outside = this.#outOfLimits(start);
    if (outside !== undefined) throw failure('start-out-of-limits', `the start has ${outside}`);
    if (!this.isFree(start)) throw failure('start-in-collision', `at the start ${this.#contactText(start)}`);
    const complete = goals.map((goal) => {
      const full = start.slice();
      for (const index of this.indices) full[index] = goal[index] as number;
      return full;
    });
    const usable = complete.filter((goal) => this.#outOfLimits(goal) === undefined && this.isFree(goal));
    const first = complete[0];
    if (usable.length > 0) return usable;
    const reason =
      first === undefined ? 'there is no goal' : (this.#outOfLimits(first) ?? this.#contactText(first));
    throw failure('goal-in-collision', `no goal can be taken: ${reason}`);
  }

  isFree(positions: Float64Array): boolean {
    this.model.jointPositionsFromActuators(positions, this.#q);
    if (this.#startContacts.isNone) return !this.#checker.isColliding(this.#q);
    return this.#startContacts.cover(this.#checker.contacts(this.#q));
  }

  isEdgeFree(from: Float64Array, to: Float64Array): boolean {
    let steps = 1;
    for (const index of this.indices) {
      const step = checkStep[this.model.actuators[index]?.unit ?? 'rad'];
      steps = Math.max(steps, Math.ceil(Math.abs((to[index] as number) - (from[index] as number)) / step));
    }
    for (let i = 1; i <= steps; i++) {
      this.#interpolate(from, to, i / steps);
      if (!this.isFree(this.#between)) return false;
    }
    return true;
  }

  /** Seconds at full speed, the slowest actuator counting. */
  distance(a: Float64Array, b: Float64Array): number {
    let longest = 0;
    for (const index of this.indices) {
      const timeS =
        Math.abs((a[index] as number) - (b[index] as number)) /
        (this.model.actuators[index]?.maxVelocity ?? 1);
      if (timeS > longest) longest = timeS;
    }
    return longest;
  }

  random(rng: Rng): Float64Array {
    const positions = this.#request.start.slice();
    for (const [i, index] of this.indices.entries()) {
      const { lower, upper } = this.#ranges[i]!;
      positions[index] = rng.range(lower, upper);
    }
    return positions;
  }

  /** Where samples of an actuator are drawn from. */
  #rangeOf(index: number): { readonly lower: number; readonly upper: number } {
    const actuator = this.model.actuators[index]!;
    if (this.#request.direct?.includes(actuator.name) !== true) return actuator;
    const from = this.#request.start[index]!;
    const to = this.#request.goals
      .map((goal) => goal[index]!)
      .reduce((nearest, end) => (Math.abs(end - from) < Math.abs(nearest - from) ? end : nearest));
    return { lower: Math.min(from, to), upper: Math.max(from, to) };
  }

  towards(from: Float64Array, to: Float64Array, t: number): Float64Array {
    this.#interpolate(from, to, t);
    return this.#between.slice();
  }

  #interpolate(from: Float64Array, to: Float64Array, t: number): void {
    for (let i = 0; i < from.length; i++)
      this.#between[i] = (from[i] as number) + ((to[i] as number) - (from[i] as number)) * t;
  }

  #contacts(positions: Float64Array): Collision[] {
    return this.#checker.contacts(this.model.jointPositionsFromActuators(positions, this.#q));
  }

  #contactText(positions: Float64Array): string {
    const hit = this.#checker.findCollision(this.model.jointPositionsFromActuators(positions, this.#q));
    return hit === undefined ? 'nothing touches' : `${hit.first} touches ${hit.second}`;
  }

  #outOfLimits(positions: Float64Array): string | undefined {
    for (const index of this.indices) {
      const actuator = this.model.actuators[index];
      const position = positions[index] as number;
      if (
        actuator !== undefined &&
        !(position >= actuator.lower - 1e-6 && position <= actuator.upper + 1e-6)
      ) {
        return `${actuator.name} at ${position.toFixed(3)}, outside ${actuator.lower}..${actuator.upper}`;
      }
    }
    return undefined;
  }
}

interface Tree {
  readonly nodes: Float64Array[];
  readonly parents: number[];
}

function connectTrees(
  space: JointSpace,
  request: JointPathRequest,
  goals: readonly Float64Array[],
): Float64Array[] {
  const rng = new Rng(request.seed).fork('rrt');
  const fromStart: Tree = { nodes: [request.start.slice()], parents: [-1] };
  const fromGoal: Tree = { nodes: [...goals], parents: goals.map(() => -1) };
  const maxIterations = request.maxIterations ?? 3000;
  for (let i = 0; i < maxIterations; i++) {
    const [growing, other] = i % 2 === 0 ? [fromStart, fromGoal] : [fromGoal, fromStart];
    const sample = rng.chance(goalBias) ? rng.pick(other.nodes) : space.random(rng);
    const added = extend(space, growing, sample);
    if (added < 0) continue;
    const target = growing.nodes[added] as Float64Array;
    let reached = extend(space, other, target);
    while (reached >= 0 && space.distance(other.nodes[reached] as Float64Array, target) > 1e-9)
      reached = extend(space, other, target, reached);
    if (reached < 0) continue;
    const [start, goal] =
      i % 2 === 0
        ? [branch(growing, added), branch(other, reached)]
        : [branch(other, reached), branch(growing, added)];
    return [...start.reverse(), ...goal.slice(1)];
  }
  throw failure(
    'goal-unreachable',
    `no path found in ${maxIterations} steps; another base pose or grasp may work`,
  );
}

/** Grows a tree towards a configuration by one step; returns the new node's index or -1. */
function extend(
  space: JointSpace,
  tree: Tree,
  target: Float64Array,
  from = nearest(space, tree, target),
): number {
  const origin = tree.nodes[from] as Float64Array;
  const distance = space.distance(origin, target);
  if (distance < 1e-9) return from;
  const next = distance <= extensionS ? target : space.towards(origin, target, extensionS / distance);
  if (!space.isEdgeFree(origin, next)) return -1;
  tree.nodes.push(next);
  tree.parents.push(from);
  return tree.nodes.length - 1;
}

function nearest(space: JointSpace, tree: Tree, target: Float64Array): number {
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let i = 0; i < tree.nodes.length; i++) {
    const distance = space.distance(tree.nodes[i] as Float64Array, target);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = i;
    }
  }
  return best;
}

function branch(tree: Tree, leaf: number): Float64Array[] {
  const path: Float64Array[] = [];
  for (let i = leaf; i >= 0; i = tree.parents[i] as number) path.push(tree.nodes[i] as Float64Array);
  return path;
}

function shorten(space: JointSpace, path: Float64Array[], rng: Rng): Float64Array[] {
  let current = path;
  for (let i = 0; i < shortcutTries && current.length > 2; i++) {
    const a = rng.integer(current.length - 2);
    const b = a + 2 + rng.integer(current.length - a - 2);
    if (space.isEdgeFree(current[a] as Float64Array, current[b] as Float64Array)) {
      current = [...current.slice(0, a + 1), ...current.slice(b)];
    }
  }
  return current;
}

function failure(code: string, reason: string): PlannerError {
  return new PlannerError({ code, message: `motion planning: ${code}: ${reason}`, fields: { reason } });
}
