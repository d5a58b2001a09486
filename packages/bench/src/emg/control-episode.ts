import { join } from 'node:path';
import { Rng } from '@efferent/core';
import {
  bundledMappingPath,
  type GestureMapping,
  gestureNames,
  loadCalibration,
  loadGestureMapping,
} from '@efferent/emg';
import type { MessageTypes } from '@efferent/interfaces';
import { loadRobotModel, type PriorMap, type RobotModel } from '@efferent/robot';
import { qosProfiles, type RosNode } from '@efferent/ros';
import { findWorkspaceFolders, repositoryFolder } from '@efferent/runtime';
import { type StandingEpisode, setUpEpisode } from '@efferent/runtime/simulation';
import { type EntityState, judgeTask } from '@efferent/sim';
import { DecoderErrors } from './decoder-errors.ts';
import type { HandView } from './hand/hand-view.ts';
import { MotorResponse, type MuscleAction } from './user/motor-response.ts';
import { SeenState } from './user/seen-state.ts';

/** What a simulated user does with what the screen shows. */
export interface UserStrategy {
  /** Whether the screen shows that nothing is left to do. */
  isContent(seen: SeenState): boolean;
  decide(seen: SeenState, nowS: number): MuscleAction;
}

export interface ControlEpisodeOptions {
  readonly scene: string;
  readonly task: string;
  readonly seed: number;
  /** Which virtual person wears the sleeve. */
  readonly person: number;
  /** File of that person's calibration; made by the first episode that names it. */
  readonly calibration: string;
  /** Share of right decisions to be had while the forearm is not silent; the decoder's own without it. */
  readonly accuracy?: number;
  /** Whether the robot slows before obstacles and leads the hand; not without it. */
  readonly assist?: boolean;
  readonly makeUser: (wish: UserWish) => UserStrategy;
  /** Is told what a user who drives by hand begins to do. */
  readonly onStage?: (stage: string, view: HandView, atS: number) => void;
  readonly onLog?: (line: string) => void;
}

/** What a simulated user is to do, and what they know of the robot and the room. */
export interface UserWish {
  readonly task: string;
  readonly instruction: string;
  readonly mapping: GestureMapping;
  readonly model: RobotModel;
  readonly map: PriorMap;
  readonly onStage: (stage: string, view: HandView) => void;
}

/** What one task by gestures came to. */
export interface ControlEpisode {
  readonly task: string;
  readonly seed: number;
  readonly person: number;
  readonly instruction: string;
  /** The judge's word. */
  readonly success: boolean;
  /** Whether the user was content before the time limit. */
  readonly isContent: boolean;
  readonly conditions: readonly string[];
  /** What a user who drives by hand was at in the end; empty for others. */
  readonly stage: string;
  /** From the first look at the screen to being content or the time limit, s. */
  readonly durationS: number;
  readonly gestures: number;
  readonly wrongGestures: number;
  readonly activationS: number;
  /** Decisions on a settled gesture as the control got them: all, rejected ones, and right ones. */
  readonly decisions: { readonly count: number; readonly rejected: number; readonly right: number };
  /** How often gestures were stopped, by reason. */
  readonly stops: Readonly<Record<string, number>>;
  readonly people: readonly { part: string; leastDistanceM: number; approachMps: number; forceN: number }[];
  readonly collisions: number;
}

/** The user looks at the screen so often, ns. */
const lookPeriodNs = 50_000_000n;
/** Muscles and windows of the decoder need so long after a prompt until decisions are counted, s. */
const settledS = 0.6;
/** After being content the user watches on for so long, s. */
const afterS = 2;
const robot = 'stretch';
const decisionsTopic = '/emg/decoded';

/** Has a simulated user do one task through synthetic forearm, decoder, gesture control and gate, in lockstep. */
export async function runControlEpisode(options: ControlEpisodeOptions): Promise<ControlEpisode> {
  const { scene, task, seed, person, calibration, onLog } = options;
  const standing = await setUpEpisode({
    scene,
    robot,
    task,
    seed,
    launchFile: join(repositoryFolder, 'launch', 'emg-demo.launch.xml'),
    launchArguments: {
      person: String(person),
      recording: String(seed),
      calibration,
      decisions: decisionsTopic,
      assist: String(options.assist ?? false),
    },
    ...(onLog === undefined ? {} : { onLog }),
  });
  try {
    return await control(standing, options);
  } finally {
    await standing.graph.stop();
  }
}

async function control(
  { scene, episode, graph, judge }: StandingEpisode,
  options: ControlEpisodeOptions,
): Promise<ControlEpisode> {
  const rng = new Rng(options.seed).fork('simulated-user');
  let startS = 0;
  let stage = '';
  const mapping = await loadGestureMapping(bundledMappingPath(robot));
  const user = options.makeUser({
    task: options.task,
    instruction: episode.instruction,
    mapping,
    model: loadRobotModel(findWorkspaceFolders(), robot),
    map: scene.map,
    onStage: (name, view) => {
      stage = name;
      options.onStage?.(name, view, graph.elapsedS() - startS);
    },
  });
  const node = await graph.createNode('efferent_person');
  const seen = new SeenState(node, `/${robot}`);
  const activate = node.createPublisher('std_msgs/msg/String', '/emg/activate', qosProfiles.default);
  const hand = new MotorResponse(rng.fork('hand'), gestureNames, ({ gesture, effort }) =>
    activate.publish({ data: gesture === 'rest' ? 'rest' : `${gesture} ${effort.toFixed(2)}` }),
  );
  // Until the first decision comes the person is calibrated; time counts from there.
  const decoded = Promise.withResolvers<void>();
  const relay = new DecisionRelay(node, hand, () => graph.elapsedS(), decoded.resolve);
  await graph.runUntilSettled(decoded.promise, 60);
  const { accuracy } = options;
  if (accuracy !== undefined)
    await graph.hold(async () => {
      const { calibration, model } = await loadCalibration(options.calibration);
      await model.dispose();
      const share = Math.max(0, 1 - accuracy / calibration.heldOut.accuracy);
      relay.errors = new DecoderErrors(rng.fork('decoder'), share);
    });
  startS = graph.elapsedS();
  const stops: Record<string, number> = {};
  let contentS: number | undefined;
  let stopState = 'armed';
  const timer = node.createTimer(lookPeriodNs, () => {
    const nowS = graph.elapsedS();
    const { stop_state: state = 'armed', stop_reason: reason = '' } = seen.status ?? {};
    if (state !== stopState && (state === 'stopped' || state === 'locked'))
      stops[reason] = (stops[reason] ?? 0) + 1;
    stopState = state;
    if (user.isContent(seen)) contentS ??= nowS;
    else contentS = undefined;
    hand.want(user.decide(seen, nowS), nowS);
  });
  const limitS = startS + episode.timeLimitS;
  while (graph.elapsedS() < limitS && (contentS === undefined || graph.elapsedS() < contentS + afterS))
    await graph.advance(0.5);
  timer.cancel();
  const states: readonly EntityState[] = await graph.runUntilSettled(judge.entityStates(), 10);
  const verdict = judgeTask(scene, episode, states);
  const report = await judge.report();
  return {
    task: options.task,
    seed: options.seed,
    person: options.person,
    instruction: episode.instruction,
    success: verdict.success,
    isContent: contentS !== undefined,
    conditions: verdict.conditions.filter(({ isMet }) => !isMet).map(({ reason }) => reason),
    stage,
    durationS: (contentS ?? graph.elapsedS()) - startS,
    gestures: hand.gestureCount,
    wrongGestures: hand.wrongCount,
    activationS: hand.activationS,
    decisions: relay.counts,
    stops,
    people: report.people,
    collisions: report.collisions.length,
  };
}

type Decision = MessageTypes['efferent_interfaces/msg/Gesture'];

/** Passes the decoder's decisions on, made worse where asked for, and counts how many are right. */
class DecisionRelay {
  readonly counts = { count: 0, rejected: 0, right: 0 };
  errors: DecoderErrors | undefined;
  readonly #hand: MotorResponse;
  readonly #nowS: () => number;

  constructor(node: RosNode, hand: MotorResponse, nowS: () => number, onDecision: () => void) {
    this.#hand = hand;
    this.#nowS = nowS;
    const type = 'efferent_interfaces/msg/Gesture';
    const gestures = node.createPublisher(type, '/emg/gesture', qosProfiles.default);
    node.createSubscription(type, decisionsTopic, { qos: qosProfiles.default }, (message) => {
      onDecision();
      const sent = this.#pass(message);
      gestures.publish(sent);
      this.#count(sent);
    });
  }

  #pass(decision: Decision): Decision {
    const isSilent = decision.gesture === 'rest' && !decision.rejected;
    if (isSilent || decision.fault !== '' || this.errors === undefined) return decision;
    const gesture = this.errors.pass(decision.gesture, decision.names);
    return gesture === decision.gesture ? decision : { ...decision, gesture, rejected: false };
  }

  #count({ gesture, rejected }: Decision): void {
    const meant = this.#hand.performed;
    if (meant.gesture === 'rest' || this.#nowS() - meant.sinceS < settledS) return;
    this.counts.count += 1;
    if (rejected) this.counts.rejected += 1;
    else if (gesture === meant.gesture) this.counts.right += 1;
  }
}
