import { PlannerError, wrapAngle } from '@efferent/core';
import type { DriveSpace } from './drive-space.ts';
import type { PlanarPose } from './planar-pose.ts';

/** One stretch of a drive: turn on the spot to a heading, or drive straight (negative: backwards) to a point. */
export type DriveStretch =
  | { readonly kind: 'turn'; readonly x: number; readonly y: number; readonly yaw: number }
  | {
      readonly kind: 'drive';
      readonly x: number;
      readonly y: number;
      readonly yaw: number;
      readonly distanceM: number;
    };

/** Cost in metres: of a radian of turning, of reversing, of starting another stretch. */
const costPerRad = 0.35;
const reverseFactor = 1.25;
const stretchCost = 0.04;
/** Motion steps of the search: small where it is tight. */
const stepM = { tight: 0.04, open: 0.12 } as const;
const turnRad = { tight: Math.PI / 36, open: Math.PI / 12 } as const;
/** States nearer than this are taken as one. */
const cellM = 0.04;
const headings = 72;
const maxExpansions = 12_000;
/** The estimate counts this much more than the way so far: ways a little longer, found many times faster. */
const estimateWeight = 2;
/** Grid of the distance-to-goal estimate. */
const guideCellM = 0.05;
/** The base's origin keeps this from solids in the estimate: less than the nearest edge of any base, m. */
const guideClearanceM = 0.075;
/** Where the robot cannot turn on the spot a metre counts for this many: the shortest way may be too narrow for it. */
const tightFactor = 3;

/**
 * Plans turns and straight drives, forwards and backwards, from one pose to another: hybrid A* over position and heading with a
 * direct connection to the goal, then shortened.
 *
 * @param space - with the arm's configuration, laser obstacles and margin set
 * @throws {@link PlannerError} codes `goal-occupied`, `start-occupied`, `no-path`
 * @see Dolgov et al., Practical Search Techniques in Path Planning for Autonomous Driving (2008)
 */
export function planDrive(space: DriveSpace, start: PlanarPose, goal: PlanarPose): DriveStretch[] {
  if (!space.isFree(goal.x, goal.y, goal.yaw))
    throw failure('goal-occupied', 'something is where the robot should stand');
  const direct = connect(space, start, goal);
  if (direct !== undefined && direct.turnRad < Math.PI) return direct.stretches;
  if (!space.isFree(start.x, start.y, start.yaw))
    throw failure('start-occupied', 'the robot stands too close to something');
  const poses = search(space, start, goal);
  if (poses === undefined) {
    if (direct !== undefined) return direct.stretches;
    throw failure('no-path', 'there is no free way to the goal');
  }
  return shorten(space, poses);
}

interface Connection {
  readonly stretches: DriveStretch[];
  readonly cost: number;
  readonly turnRad: number;
}

/** Turn, drive straight (either way), turn: the cheaper free one of the two, or undefined. */
export function connect(space: DriveSpace, from: PlanarPose, to: PlanarPose): Connection | undefined {
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  const isPure = distance < 0.008;
  const heading = isPure ? from.yaw : Math.atan2(to.y - from.y, to.x - from.x);
  const options = (isPure ? [1] : [1, -1]).map((direction) => {
    const yaw = direction > 0 ? heading : wrapAngle(heading + Math.PI);
    const turns = Math.abs(wrapAngle(yaw - from.yaw)) + Math.abs(wrapAngle(to.yaw - yaw));
    return {
      direction,
      yaw,
      turns,
      cost: turns * costPerRad + distance * (direction > 0 ? 1 : reverseFactor) + 2 * stretchCost,
    };
  });
  options.sort((a, b) => a.cost - b.cost);
  for (const { direction, yaw, turns, cost } of options) {
    const first = wrapAngle(yaw - from.yaw);
    const last = wrapAngle(to.yaw - yaw);
    if (!space.isTurnFree(from.x, from.y, from.yaw, first)) continue;
    if (!isPure && !space.isDriveFree(from, yaw, direction * distance)) continue;
    if (!space.isTurnFree(to.x, to.y, yaw, last)) continue;
    const stretches: DriveStretch[] = [];
    if (Math.abs(first) > 1e-3) stretches.push({ kind: 'turn', x: from.x, y: from.y, yaw });
    if (!isPure) stretches.push({ kind: 'drive', x: to.x, y: to.y, yaw, distanceM: direction * distance });
    if (Math.abs(last) > 1e-3) stretches.push({ kind: 'turn', x: to.x, y: to.y, yaw: to.yaw });
    return { stretches, cost, turnRad: turns };
  }
  return undefined;
}

interface Node {
  readonly pose: PlanarPose;
  readonly parent: Node | undefined;
  /** -1 reverse, 1 forwards, 0 turn; what led here. */
  readonly motion: number;
  readonly cost: number;
  readonly estimate: number;
}

/** Hybrid A*; returns the poses passed, the last of which connects directly to the goal, and the goal. */
function search(space: DriveSpace, start: PlanarPose, goal: PlanarPose): PlanarPose[] | undefined {
  const guide = new GoalGuide(space, start, goal);
  const best = new Map<number, number>();
  const queue = new NodeQueue();
  const first: Node = {
    pose: start,
    parent: undefined,
    motion: 0,
    cost: 0,
    estimate: estimateWeight * guide.estimate(start.x, start.y),
  };
  if (!Number.isFinite(first.estimate)) return undefined;
  queue.push(first);
  for (let expansions = 0; expansions < maxExpansions; expansions++) {
    const node = queue.pop();
    if (node === undefined) return undefined;
    const key = stateKey(node.pose);
    if ((best.get(key) ?? Number.POSITIVE_INFINITY) < node.cost) continue;
    const { pose } = node;
    const remaining = (node.estimate - node.cost) / estimateWeight;
    const isDue = expansions % (remaining < 0.8 ? 4 : 16) === 0;
    if (isDue && connect(space, pose, goal) !== undefined) return [...trace(node), goal];
    const size = space.clearanceAt(pose.x, pose.y) > space.reachM + stepM.open ? 'open' : 'tight';
    for (const motion of [1, -1]) {
      const distance = motion * stepM[size];
      if (!space.isDriveFree(pose, pose.yaw, distance)) continue;
      const next = {
        x: pose.x + Math.cos(pose.yaw) * distance,
        y: pose.y + Math.sin(pose.yaw) * distance,
        yaw: pose.yaw,
      };
      consider(node, next, motion, stepM[size] * (motion > 0 ? 1 : reverseFactor));
    }
    for (const sign of [1, -1]) {
      const turn = sign * turnRad[size];
      if (!space.isTurnFree(pose.x, pose.y, pose.yaw, turn)) continue;
      consider(
        node,
        { x: pose.x, y: pose.y, yaw: wrapAngle(pose.yaw + turn) },
        0,
        turnRad[size] * costPerRad,
      );
    }
  }
  return undefined;

  function consider(node: Node, pose: PlanarPose, motion: number, step: number): void {
    const cost = node.cost + step + (motion === node.motion ? 0 : stretchCost);
    const key = stateKey(pose);
    if ((best.get(key) ?? Number.POSITIVE_INFINITY) <= cost + 1e-9) return;
    best.set(key, cost);
    queue.push({
      pose,
      parent: node,
      motion,
      cost,
      estimate: cost + estimateWeight * guide.estimate(pose.x, pose.y),
    });
  }
}

function stateKey({ x, y, yaw }: PlanarPose): number {
  const heading = ((Math.round((yaw / (2 * Math.PI)) * headings) % headings) + headings) % headings;
  return (Math.round(x / cellM + 5000) * 10_000 + Math.round(y / cellM + 5000)) * headings + heading;
}

function trace(node: Node): PlanarPose[] {
  const poses: PlanarPose[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = at.parent) poses.push(at.pose);
  return poses.reverse();
}

/** Replaces runs of poses by direct connections, the longest first. */
function shorten(space: DriveSpace, poses: readonly PlanarPose[]): DriveStretch[] {
  const corners = poses.filter(
    (pose, i) => i === 0 || i === poses.length - 1 || !isStraight(poses[i - 1]!, pose, poses[i + 1]!),
  );
  const stretches: DriveStretch[] = [];
  let at = 0;
  while (at < corners.length - 1) {
    let next = at + 1;
    let found: Connection | undefined;
    for (let far = corners.length - 1; far > at; far--) {
      const candidate = connect(space, corners[at]!, corners[far]!);
      if (candidate === undefined) continue;
      if (far > at + 1 && candidate.cost > pathCost(corners, at, far) + 0.3) continue;
      found = candidate;
      next = far;
      break;
    }
    if (found === undefined) found = { stretches: raw(corners[at]!, corners[next]!), cost: 0, turnRad: 0 };
    stretches.push(...found.stretches);
    at = next;
  }
  return mergeStretches(stretches);
}

/** Tells whether three poses are of one turn on the spot or of one straight drive. */
function isStraight(before: PlanarPose, at: PlanarPose, after: PlanarPose): boolean {
  const [ux, uy] = [at.x - before.x, at.y - before.y];
  const [vx, vy] = [after.x - at.x, after.y - at.y];
  const turnsBefore = Math.hypot(ux, uy) < 1e-9;
  const turnsAfter = Math.hypot(vx, vy) < 1e-9;
  if (turnsBefore !== turnsAfter) return false;
  const [first, second] = [wrapAngle(at.yaw - before.yaw), wrapAngle(after.yaw - at.yaw)];
  if (turnsBefore) return first * second > 0 && Math.abs(first + second) < 3;
  return (
    Math.abs(first) < 1e-9 &&
    Math.abs(second) < 1e-9 &&
    Math.abs(ux * vy - uy * vx) < 1e-9 &&
    ux * vx + uy * vy > 0
  );
}

/** The search's own motion between two neighbouring corners: one turn or one straight drive, already known to be free. */
function raw(from: PlanarPose, to: PlanarPose): DriveStretch[] {
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  if (distance < 1e-9) return [{ kind: 'turn', ...to }];
  const along = (to.x - from.x) * Math.cos(from.yaw) + (to.y - from.y) * Math.sin(from.yaw);
  return [{ kind: 'drive', x: to.x, y: to.y, yaw: from.yaw, distanceM: Math.sign(along) * distance }];
}

function pathCost(poses: readonly PlanarPose[], from: number, to: number): number {
  let cost = 0;
  for (let i = from + 1; i <= to; i++) {
    const [a, b] = [poses[i - 1]!, poses[i]!];
    cost += Math.hypot(b.x - a.x, b.y - a.y) + Math.abs(wrapAngle(b.yaw - a.yaw)) * costPerRad;
  }
  return cost;
}

/** Joins turns at one place; a turn that changes nothing goes. */
function mergeStretches(stretches: readonly DriveStretch[]): DriveStretch[] {
  const merged: DriveStretch[] = [];
  for (const stretch of stretches) {
    if (stretch.kind === 'turn' && merged.at(-1)?.kind === 'turn') merged.pop();
    merged.push(stretch);
  }
  return merged;
}

/** Distance to the goal around solids, for a point-like robot: Dijkstra on a grid, once a plan. */
class GoalGuide {
  readonly #distances = new Map<number, number>();

  constructor(space: DriveSpace, start: PlanarPose, goal: PlanarPose) {
    const queue = new CellQueue();
    const goalCell = guideKey(goal.x, goal.y);
    const startCell = guideKey(start.x, start.y);
    queue.push(goalCell, 0);
    this.#distances.set(goalCell, 0);
    for (;;) {
      const next = queue.pop();
      if (next === undefined) return;
      const [key, distance] = next;
      if (distance > (this.#distances.get(key) ?? Number.POSITIVE_INFINITY)) continue;
      const column = Math.floor(key / guideRows);
      const row = key % guideRows;
      for (let dc = -1; dc <= 1; dc++) {
        for (let dr = -1; dr <= 1; dr++) {
          if (dc === 0 && dr === 0) continue;
          const neighbour = (column + dc) * guideRows + row + dr;
          const x = (column + dc - guideRows / 2) * guideCellM;
          const y = (row + dr - guideRows / 2) * guideCellM;
          const clearanceM = space.clearanceAt(x, y);
          if (neighbour !== startCell && clearanceM < guideClearanceM) continue;
          const total =
            distance + Math.hypot(dc, dr) * guideCellM * (clearanceM < space.reachM ? tightFactor : 1);
          if (total >= (this.#distances.get(neighbour) ?? Number.POSITIVE_INFINITY)) continue;
          this.#distances.set(neighbour, total);
          queue.push(neighbour, total);
        }
      }
    }
  }

  /** Metres to the goal at least, roughly; infinite where there is no way. */
  estimate(x: number, y: number): number {
    return this.#distances.get(guideKey(x, y)) ?? Number.POSITIVE_INFINITY;
  }
}

const guideRows = 4096;
const guideKey = (x: number, y: number): number =>
  (Math.round(x / guideCellM) + guideRows / 2) * guideRows + Math.round(y / guideCellM) + guideRows / 2;

/** A binary heap of values by number; equal numbers leave in order of arrival. */
class MinHeap<T> {
  readonly #items: { readonly value: T; readonly priority: number; readonly order: number }[] = [];
  #order = 0;

  add(value: T, priority: number): void {
    const items = this.#items;
    const item = { value, priority, order: this.#order++ };
    let i = items.length;
    items.push(item);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!comesBefore(item, items[parent]!)) break;
      items[i] = items[parent]!;
      i = parent;
    }
    items[i] = item;
  }

  take(): { readonly value: T; readonly priority: number } | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && comesBefore(items[child + 1]!, items[child]!)) child++;
      if (!comesBefore(items[child]!, last)) break;
      items[i] = items[child]!;
      i = child;
    }
    items[i] = last;
    return top;
  }
}

const comesBefore = (
  a: { readonly priority: number; readonly order: number },
  b: { readonly priority: number; readonly order: number },
): boolean => a.priority < b.priority || (a.priority === b.priority && a.order < b.order);

class NodeQueue {
  readonly #heap = new MinHeap<Node>();
  push(node: Node): void {
    this.#heap.add(node, node.estimate);
  }
  pop(): Node | undefined {
    return this.#heap.take()?.value;
  }
}

class CellQueue {
  readonly #heap = new MinHeap<number>();
  push(key: number, distance: number): void {
    this.#heap.add(key, distance);
  }
  pop(): readonly [number, number] | undefined {
    const item = this.#heap.take();
    return item === undefined ? undefined : [item.value, item.priority];
  }
}

function failure(code: string, reason: string): PlannerError {
  return new PlannerError({ code, message: `navigation: ${reason}`, fields: { reason } });
}
