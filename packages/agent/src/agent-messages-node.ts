import type { MessageTypes } from '@efferent/interfaces';
import { type Partially, type Stamp, stampToNs } from '@efferent/ros';
import type { SkillContract } from '@efferent/skills';
import type { Belief } from './belief/belief.ts';
import { viewBelief } from './belief/truth.ts';
import type { Verdict } from './plan/critic.ts';
import type { PlanGraph, SubGoal, SubGoalState } from './plan/plan-graph.ts';
import { affordanceOf, complexTasks } from './plan/plan-levels.ts';
import { describeGoals } from './task/describe.ts';
import type { ModelCallReport, SkillRun } from './task/environment.ts';

type BeliefMessage = Partially<MessageTypes['efferent_interfaces/msg/Belief']>;
type PlanMessage = Partially<MessageTypes['efferent_interfaces/msg/Plan']>;
type CritiqueMessage = Partially<MessageTypes['efferent_interfaces/msg/Critique']>;

/** Numbers of efferent_interfaces/msg/SubGoal. */
const stateNumbers: Readonly<Record<SubGoalState, number>> = {
  waiting: 0,
  ready: 1,
  running: 2,
  done: 3,
  vetoed: 4,
  failed: 5,
  skipped: 6,
};
/** Numbers of efferent_interfaces/msg/Critique. */
const verdictNumbers: Readonly<Record<Verdict['verdict'], number>> = { accept: 0, gather: 1, replan: 2 };

const point = ([x, y, z]: readonly [number, number, number]) => ({ x, y, z });
const time = (stampS: number) => {
  const seconds = Math.max(0, stampS);
  return { sec: Math.floor(seconds), nanosec: Math.floor((seconds % 1) * 1e9) };
};
const turn = (yawRad: number) => ({ x: 0, y: 0, z: Math.sin(yawRad / 2), w: Math.cos(yawRad / 2) });

/** Writes the whole belief as a message in the frame `map`. */
export function beliefMessage(belief: Belief, stamp: Stamp, nowS: number): BeliefMessage {
  const view = viewBelief(belief, nowS);
  return {
    header: { stamp, frame_id: 'map' },
    objects: view.objects.map((object) => {
      const track = belief.tracker.find(object.id);
      const [x, y, z, w] = track?.orientation ?? [0, 0, 0, 1];
      const seenS = Math.max(0, nowS - object.ageS);
      return {
        id: object.id,
        class_name: object.className,
        confidence: object.confidence,
        pose: { position: point(object.positionM), orientation: { x, y, z, w } },
        size: point(object.sizeM),
        relation: object.relation,
        support: object.support,
        last_seen: time(seenS),
        visible: object.visible,
        color: object.color,
        room: object.room,
        source: object.source,
        likely_places: [...object.likelyPlaces],
      };
    }),
    fixtures: view.fixtures.map((fixture) => {
      const known = belief.map.fixture(fixture.id)!;
      const articulation = belief.articulation(fixture.id);
      const [low, high] = articulation?.articulation.range ?? [0, 1];
      const [x, y, z, w] = known.mapFromCenter.rotation;
      return {
        id: fixture.id,
        kind: fixture.kind,
        state: fixture.state,
        opening:
          articulation === undefined
            ? 0
            : Math.min(1, Math.max(0, (articulation.position - low) / (high - low))),
        contents_known: (fixture.isContainer || fixture.isSurface) && fixture.seenShare >= 0.5,
        contents_confidence: fixture.contentsKnown,
        state_confidence: fixture.stateConfidence,
        fill: fixture.fill,
        room: fixture.room,
        pose: { position: point(fixture.positionM), orientation: { x, y, z, w } },
        size: point(fixture.sizeM),
      };
    }),
    robots: view.robots.map((robot) => ({
      name: robot.name,
      pose: { position: point(robot.positionM), orientation: turn(robot.yawRad) },
      held_object: robot.held,
      place: robot.place,
    })),
    rooms: view.rooms.map(({ id, label, minM, maxM }) => ({
      id,
      label,
      min: point([...minM, 0]),
      max: point([...maxM, 0]),
    })),
    relations: view.relations.map(({ stampS, ...relation }) => ({ ...relation, stamp: time(stampS) })),
  };
}

/** Writes a plan with the state of every sub-goal. */
export function planMessage(
  plan: PlanGraph,
  belief: Belief,
  fields: {
    readonly stamp: Stamp;
    readonly taskId: string;
    readonly instruction: string;
    readonly planner: string;
    readonly model: string;
    readonly skills: readonly SkillContract[];
  },
): PlanMessage {
  const tasks = complexTasks(plan, fields.skills);
  const view = viewBelief(belief, Number(stampToNs(fields.stamp)) / 1e9);
  return {
    header: { stamp: fields.stamp, frame_id: 'map' },
    task_id: fields.taskId,
    instruction: fields.instruction,
    revision: plan.revision,
    planner: fields.planner,
    model: fields.model,
    planning_s: plan.planningS,
    change: plan.change,
    tasks: tasks.map((task) => ({
      id: task.id,
      description: describeGoals(view, task.goals),
      goals: [...task.goals],
      depends_on: [...task.dependsOn],
    })),
    sub_goals: plan.subGoals.map((subGoal) => ({
      ...subGoalMessage(subGoal, belief),
      task: tasks.find((task) => task.subGoalIds.includes(subGoal.id))?.id ?? '',
      affordance: affordanceOf(subGoal, fields.skills),
    })),
  };
}

function subGoalMessage(
  subGoal: SubGoal,
  belief: Belief,
): Partially<MessageTypes['efferent_interfaces/msg/SubGoal']> {
  return {
    id: subGoal.id,
    description: subGoal.description,
    skill: subGoal.skill,
    arguments: Object.entries(subGoal.arguments).map(([name, value]) => {
      const track = belief.tracker.find(value);
      if (track === undefined || track.state !== 'confirmed') return { name, value };
      return {
        name,
        value,
        pose: { header: { frame_id: 'map' }, pose: { position: point(track.positionM) } },
        size: point(track.sizeM),
      };
    }),
    depends_on: [...subGoal.dependsOn],
    robot: subGoal.robot,
    state: stateNumbers[subGoal.state],
    feasibility: subGoal.feasibility,
    reason: subGoal.reason,
    attempts: subGoal.attempts,
    elapsed_s: subGoal.elapsedS,
  };
}

/** Writes one judgement of the critic. */
export function critiqueMessage(
  subGoal: SubGoal,
  verdict: Verdict,
  fields: { readonly stamp: Stamp; readonly taskId: string },
): CritiqueMessage {
  return {
    header: { stamp: fields.stamp, frame_id: 'map' },
    task_id: fields.taskId,
    sub_goal_id: subGoal.id,
    source: verdict.layer,
    verdict: verdictNumbers[verdict.verdict],
    feasibility: verdict.feasibility,
    threshold: verdict.threshold,
    violated_precondition: verdict.violatedPrecondition,
    explanation: verdict.explanation,
  };
}

/** Numbers of efferent_interfaces/msg/SkillOutcome. */
const runVerdicts: Readonly<Record<SkillRun['verdict'], number>> = {
  unverified: 0,
  confirmed: 1,
  refuted: 2,
};

/** Writes one run of a skill. */
export function skillOutcomeMessage(
  run: SkillRun,
  fields: { readonly stamp: Stamp; readonly taskId: string },
): Partially<MessageTypes['efferent_interfaces/msg/SkillOutcome']> {
  return {
    header: { stamp: fields.stamp },
    task_id: fields.taskId,
    robot: run.robot,
    skill: run.skill,
    arguments: Object.values(run.arguments),
    context: run.context.className,
    support_kind: run.context.supportKind,
    distance_m: run.context.distanceM,
    confidence: run.context.confidence,
    age_s: run.context.ageS,
    crowd: run.context.crowd,
    tries: run.context.tries,
    feasibility: run.feasibility,
    success: run.outcome.success,
    failure_code: run.outcome.failureCode,
    verdict: runVerdicts[run.verdict],
    elapsed_s: run.outcome.elapsedS,
  };
}

/** Writes one call of the language model. */
export function modelCallMessage(
  report: ModelCallReport,
  fields: { readonly stamp: Stamp; readonly taskId: string },
): Partially<MessageTypes['efferent_interfaces/msg/ModelCall']> {
  return {
    header: { stamp: fields.stamp },
    task_id: fields.taskId,
    purpose: report.purpose,
    model: report.model,
    input_tokens: report.inputTokens,
    output_tokens: report.outputTokens,
    cached_input_tokens: report.cachedInputTokens ?? 0,
    attempts: report.attempts,
    mean_log_probability: report.meanLogProbability ?? Number.NaN,
    duration_s: report.durationS,
    ok: report.ok,
    message: report.message,
  };
}
