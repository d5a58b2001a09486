import type { BeliefView } from '../belief/belief-view.ts';
import type { SubGoal } from './plan-graph.ts';
import { contextOf, targetPosition } from './skill-context.ts';
import type { SkillStatistics } from './skill-statistics.ts';

/** Sub-goals beside the judged one that the network sees; the farthest from where it ends are left out. */
const mostOthers = 3;

const others = Array.from({ length: mostOthers }, (_, index) => index + 1);

/** What the network is told, in this order; lengths in m, durations in s. The model's metadata say the same. */
export const horizonFeatures: readonly string[] = [
  'moves',
  'chance',
  'duration',
  'confidence',
  'holds',
  'way-there',
  'way-on',
  'others',
  ...others.flatMap((other) => [`way-${other}`, `way-on-${other}`, `way-then-${other}`]),
  ...others.flatMap((from) => others.filter((to) => to !== from).map((to) => `way-${from}-then-${to}`)),
];

/** What a sub-goal depends on and leads to, as believed. */
export interface HorizonContext {
  readonly view: BeliefView;
  readonly statistics: SkillStatistics;
  /** Every sub-goal of the plan. */
  readonly plan: readonly SubGoal[];
}

/** A sub-goal with what has to follow it, e.g. a pick and its place: it begins somewhere and ends somewhere. */
interface Errand {
  readonly subGoal: SubGoal;
  readonly beginM: readonly number[];
  readonly endM: readonly number[];
  readonly lengthM: number;
}

/** Describes each of several ready sub-goals for the network, beside the others of its robot that are ready. */
export function describeHorizons(
  ready: readonly SubGoal[],
  context: HorizonContext,
): ReadonlyMap<SubGoal, Float32Array> {
  const errands = ready.map((subGoal) => errandOf(subGoal, context));
  return new Map(errands.map((errand) => [errand.subGoal, describe(errand, errands, context)]));
}

function describe(
  errand: Errand,
  all: readonly Errand[],
  { view, statistics }: HorizonContext,
): Float32Array {
  const { subGoal } = errand;
  const robot = view.robots.find(({ name }) => name === subGoal.robot);
  const fromM = robot?.positionM ?? errand.beginM;
  const beside = all
    .filter((other) => other !== errand && other.subGoal.robot === subGoal.robot)
    .map((other) => ({ ...other, fromEndM: gapM(errand.endM, other.beginM) }))
    .sort((a, b) => a.fromEndM - b.fromEndM)
    .slice(0, mostOthers);
  const context = contextOf(subGoal, view, 0);
  return Float32Array.from([
    Number(subGoal.skill === 'open' || subGoal.skill === 'close'),
    statistics.successProbability(subGoal.skill, context),
    statistics.durationS(subGoal.skill),
    context.confidence,
    Number((robot?.held ?? '') !== ''),
    gapM(fromM, errand.beginM),
    errand.lengthM,
    beside.length,
    ...others.flatMap((_, index) => {
      const other = beside[index];
      return other === undefined ? [0, 0, 0] : [gapM(fromM, other.beginM), other.lengthM, other.fromEndM];
    }),
    ...others.flatMap((_, from) =>
      others.flatMap((__, to) => {
        if (from === to) return [];
        const [before, after] = [beside[from], beside[to]];
        return before === undefined || after === undefined ? 0 : gapM(before.endM, after.beginM);
      }),
    ),
  ]);
}

/** Follows the plan while one step is all that waits for the one before. */
function errandOf(subGoal: SubGoal, { view, plan }: HorizonContext): Errand {
  const beginM = targetPosition(subGoal, view) ?? [0, 0];
  let endM = beginM;
  let lengthM = 0;
  const passed = new Set([subGoal.id]);
  for (let last = subGoal; ; ) {
    const waiting = plan.filter(({ state, dependsOn }) => state === 'waiting' && dependsOn.includes(last.id));
    const [next] = waiting;
    if (next === undefined || waiting.length > 1 || passed.has(next.id)) break;
    passed.add(next.id);
    const nextM = targetPosition(next, view) ?? endM;
    lengthM += gapM(endM, nextM);
    endM = nextM;
    last = next;
  }
  return { subGoal, beginM, endM, lengthM };
}

const gapM = (a: readonly number[], b: readonly number[]): number => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!);
