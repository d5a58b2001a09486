import { Rng } from '@efferent/core';
import {
  bundledMappingPath,
  createVirtualPerson,
  type GestureMapping,
  type GestureName,
  gestureNames,
  loadGestureMapping,
} from '@efferent/emg';
import { loadRobotModel, type RobotModel } from '@efferent/robot';
import { findWorkspaceFolders } from '@efferent/runtime';
import { figure, makeReport, type Report, rateFigure, type SuiteOptions } from '../figure.ts';
import { ForearmRig } from './forearm-rig.ts';
import { AxisPilot, type AxisView } from './user/axis-pilot.ts';
import { GestureHabit } from './user/gesture-habit.ts';
import { rearmingLabels, takeChoice } from './user/menu-habit.ts';
import { MotorResponse, type MuscleAction } from './user/motor-response.ts';

/** Targets: so far from the start, so wide, in eight directions. Index of difficulty 1.6 to 2.9 bit. */
const distancesM = [0.1, 0.2] as const;
const widthsM = [0.03, 0.05] as const;
const directionCount = 8;
/** The cursor has to stay in the target for so long, s; a target that takes longer than the limit is missed. */
const dwellS = 1;
const limitS = 30;
/** Where every target is started from: lift and arm, m. */
const start = { joint_lift: 0.6, wrist_extension: 0.26 } as const;
const joints = ['joint_lift', 'wrist_extension'] as const;
/** The user looks so often at the screen: every other frame. */
const framesPerLook = 2;

const definitions = {
  plane:
    'lift and arm of the Stretch in the mode lift-arm, by wrist extension and flexion, abduction and adduction',
  target: 'a disc of width W, its centre D from the start in one of eight directions',
  success: `the cursor stays inside for ${dwellS} s within ${limitS} s`,
  throughput:
    'mean over successes of ID/MT, ID = log2(D/W + 1) bit, MT from the appearance of the target to the begin of the dwell, s',
  pathEfficiency: 'straight way over way of the cursor, mean over successes',
  overshoot: 'exits from the target before the dwell was over, a target',
  cursor: "set-points of the command gate, within the robot's speed and acceleration",
};

interface Trial {
  readonly difficultyBit: number;
  readonly isHit: boolean;
  readonly movementS: number;
  readonly efficiency: number;
  readonly overshoots: number;
}

/** Fitts' law in two degrees of freedom: virtual people bring the hand of the robot into targets by gestures. */
export async function benchFitts(options: SuiteOptions): Promise<Report> {
  const model = loadRobotModel(findWorkspaceFolders(), 'stretch');
  const mapping = await loadGestureMapping(bundledMappingPath('stretch'));
  const mode = mapping.modes.filter(({ name }) => name === 'lift-arm');
  const people: { seed: number; trials: readonly Trial[] }[] = [];
  for (let index = 0; index < options.episodes; index++) {
    const seed = options.seed + index;
    const trials = await testPerson(seed, model, { ...mapping, modes: mode });
    people.push({ seed, trials });
    options.onEpisode({ seed, trials });
    options.onProgress(`${index + 1} of ${options.episodes}  person ${seed}: ${describe(trials)}`);
  }
  const trials = people.flatMap((person) => person.trials);
  const hits = trials.filter(({ isHit }) => isHit);
  const n = hits.length;
  const mean = (of: (trial: Trial) => number, all: readonly Trial[] = hits) =>
    all.reduce((sum, trial) => sum + of(trial), 0) / all.length;
  return makeReport(
    'emg',
    options.seed,
    [
      rateFigure('fitts-completion', n, trials.length, ['>=', 0.97]),
      figure(
        'fitts-throughput',
        mean(({ difficultyBit, movementS }) => difficultyBit / movementS),
        'bit/s',
        { n },
      ),
      figure(
        'fitts-path-efficiency',
        mean(({ efficiency }) => efficiency),
        '1',
        { n },
      ),
      figure(
        'fitts-overshoot',
        mean(({ overshoots }) => overshoots, trials),
        '1',
        { n: trials.length },
      ),
      figure(
        'fitts-movement-time',
        mean(({ movementS }) => movementS),
        's',
        { n },
      ),
    ],
    {
      suite: 'fitts',
      definitions,
      people: people.map((person) => ({ seed: person.seed, summary: describe(person.trials) })),
      realRecordings: null,
    },
  );
}

async function testPerson(seed: number, model: RobotModel, mapping: GestureMapping): Promise<Trial[]> {
  const rng = new Rng(seed).fork('fitts');
  const person = createVirtualPerson(seed);
  const rig = await ForearmRig.open({ person, gestures: gestureNames, mapping, model, recordingSeed: 2 });
  try {
    const targets = rng.shuffle(
      distancesM.flatMap((distanceM) =>
        widthsM.flatMap((widthM) =>
          Array.from({ length: directionCount }, (_, i) => ({
            distanceM,
            widthM,
            angleRad: (2 * Math.PI * i) / directionCount,
          })),
        ),
      ),
    );
    const trials: Trial[] = [];
    const hand = new MotorResponse(rng.fork('hand'), gestureNames, ({ gesture, effort }) =>
      rig.forearm.perform(gesture, effort),
    );
    for (const target of targets) trials.push(await reach(rig, model, hand, target, mapping.scan.gesture));
    return trials;
  } finally {
    await rig.close();
  }
}

interface Target {
  readonly distanceM: number;
  readonly widthM: number;
  readonly angleRad: number;
}

async function reach(
  rig: ForearmRig,
  model: RobotModel,
  hand: MotorResponse,
  { distanceM, widthM, angleRad }: Target,
  scanGesture: GestureName,
): Promise<Trial> {
  const pilot = new AxisPilot();
  const habit = new GestureHabit();
  const indices = joints.map((joint) => model.actuatorIndex(joint));
  const positions = new Float64Array(model.actuators.length);
  joints.forEach((joint, i) => {
    positions[indices[i] as number] = start[joint];
  });
  rig.place(positions);
  const goal = [
    start.joint_lift + distanceM * Math.sin(angleRad),
    start.wrist_extension + distanceM * Math.cos(angleRad),
  ] as const;
  const cursor = () => indices.map((index) => rig.gate.output.positions[index] as number) as [number, number];
  const startS = rig.nowS;
  let before = cursor();
  let looked = before;
  let pathM = 0;
  let insideSinceS: number | undefined;
  let overshoots = 0;
  const follow = () => {
    const now = cursor();
    pathM += Math.hypot(now[0] - before[0], now[1] - before[1]);
    before = now;
    const isInside = Math.hypot(goal[0] - now[0], goal[1] - now[1]) <= widthM / 2;
    if (isInside) insideSinceS ??= rig.nowS;
    else if (insideSinceS !== undefined) {
      overshoots += 1;
      insideSinceS = undefined;
    }
  };
  const isHit = () => insideSinceS !== undefined && rig.nowS - insideSinceS >= dwellS;
  for (let frame = 0; !isHit() && rig.nowS - startS < limitS; frame++) {
    if (frame % framesPerLook === 0) {
      const now = cursor();
      const axes = axesOf(goal, now, looked, widthM);
      looked = now;
      hand.want(decide(rig, pilot, habit, axes, scanGesture), rig.nowS);
    }
    await rig.step(follow);
  }
  return {
    difficultyBit: Math.log2(distanceM / widthM + 1),
    isHit: isHit(),
    movementS: (insideSinceS ?? rig.nowS) - startS,
    efficiency: Math.min(1, (distanceM - widthM / 2) / pathM),
    overshoots,
  };
}

/** Goes for the target; after a stop the person re-arms first, and the clock runs on. */
function decide(
  rig: ForearmRig,
  pilot: AxisPilot,
  habit: GestureHabit,
  axes: readonly AxisView[],
  scanGesture: GestureName,
): MuscleAction {
  const { choices, litIndex, litProgress, gesture } = rig.controller.status;
  if (choices.length === 0) return pilot.decide(axes, gesture, rig.nowS);
  const label = [...rearmingLabels, 'close the menu', 'go back'].find((each) => choices.includes(each));
  return takeChoice(habit, { choices, lit: litIndex, progress: litProgress }, label, scanGesture, rig.nowS);
}

/** What the person sees of cursor and target; a disc is reached when both axes are within half of its inner square. */
function axesOf(
  goal: readonly [number, number],
  now: readonly [number, number],
  before: readonly [number, number],
  widthM: number,
): readonly AxisView[] {
  const gestures: readonly (readonly [GestureName, GestureName])[] = [
    ['wextend', 'wflex'],
    ['abduct', 'adduct'],
  ];
  return gestures.map(([plus, minus], i) => ({
    plus,
    minus,
    error: (goal[i] as number) - (now[i] as number),
    velocity: ((now[i] as number) - (before[i] as number)) / (framesPerLook * 0.025),
    tolerance: widthM / 2 / Math.SQRT2,
  }));
}

function describe(trials: readonly Trial[]): string {
  const hits = trials.filter(({ isHit }) => isHit);
  const bits =
    hits.reduce((sum, { difficultyBit, movementS }) => sum + difficultyBit / movementS, 0) / hits.length;
  const exits = trials.reduce((sum, { overshoots }) => sum + overshoots, 0) / trials.length;
  return `${hits.length} of ${trials.length} targets, ${bits.toFixed(2)} bit/s, ${exits.toFixed(2)} exits a target`;
}
