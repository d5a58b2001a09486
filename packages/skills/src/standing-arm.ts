import { Transform } from '@efferent/core';
import { solveInverseKinematics } from '@efferent/robot';
import type { PlanningBody } from './skill-body.ts';

/** Half a turn about the approach: the same grasp with the fingers swapped. */
const swapFingers = new Transform([0, 0, 0], [1, 0, 0, 0]);
/** The tool may be this far off, m and rad. */
const toleranceM = 0.001;
const toleranceRad = 0.01;

/** The same tool poses, one after the other, each with the fingers the way round that is the smaller turn of the hand. */
export function withoutTurningOver(from: Transform, goals: readonly Transform[]): readonly Transform[] {
  let before = from;
  return goals.map((goal) => {
    const swapped = goal.multiply(swapFingers);
    before = likeness(swapped, before) > likeness(goal, before) ? swapped : goal;
    return before;
  });
}

/** 1 for equal orientations, 0 for those half a turn apart. */
const likeness = (a: Transform, b: Transform): number =>
  Math.abs(a.rotation.reduce((sum, value, i) => sum + value * b.rotation[i]!, 0));

/**
 * Configurations of an arm on a fixed base that put its tool at a pose, nearest first: numeric, from where the arm is and
 * from its pose "home", with the fingers either way round.
 */
export function solveStanding(body: PlanningBody, mapFromTool: Transform): readonly Float64Array[] {
  const { model } = body;
  const baseFromTool = body.mapFromBase().inverse().multiply(mapFromTool);
  const current = body.actuatorPositions();
  const actuators = model.manifest.groups.arm ?? [];
  const indices = actuators.map((name) => model.actuatorIndex(name));
  const found: Float64Array[] = [];
  for (const seed of [current, model.namedPose('home', current)]) {
    for (const goal of [baseFromTool, baseFromTool.multiply(swapFingers)]) {
      const result = solveInverseKinematics(model, {
        baseFromTool: goal,
        seed,
        actuators,
        toleranceM,
        toleranceRad,
      });
      if (result.converged) found.push(result.actuatorPositions);
    }
  }
  const farthest = (positions: Float64Array) =>
    Math.max(...indices.map((index) => Math.abs(positions[index]! - current[index]!)));
  return found.sort((a, b) => farthest(a) - farthest(b));
}
