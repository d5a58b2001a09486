import { Rng, type Vector3 } from '@efferent/core';
import {
  bundledMappingPath,
  createVirtualPerson,
  type GestureMapping,
  type GestureName,
  gestureNames,
  loadGestureMapping,
  type VirtualPerson,
} from '@efferent/emg';
import { loadRobotModel, poseStride, type RobotModel } from '@efferent/robot';
import { findWorkspaceFolders } from '@efferent/runtime';
import { figure, makeReport, type Report, type SuiteOptions } from '../figure.ts';
import { type DayEvent, dayDescription, drawDay } from './day-events.ts';
import { ForearmRig } from './forearm-rig.ts';

/** More commanded motion of the hand than this is an event, m. */
const eventM = 0.02;
/** Motion within this distance of the head counts apart, m. */
const nearHeadM = 0.5;
/** Where the head is seen from the hand when an event finds it near, m ahead. */
const headAheadM = 0.35;
/** Quiet frames before an event, and time watched after it, s. */
const leadS = 0.1;
const tailS = 0.7;
const frameS = 0.025;

interface Motion {
  readonly kind: DayEvent['kind'];
  readonly isInUse: boolean;
  readonly isNearHead: boolean;
  readonly movedM: number;
}

/** What one person's day came to. */
interface Day {
  readonly seed: number;
  readonly group: VirtualPerson['group'];
  readonly classes: number;
  readonly events: number;
  readonly simulatedS: number;
  /** Events that moved the hand farther than {@link eventM}. */
  readonly motions: readonly Motion[];
}

/**
 * Lets virtual people talk, be transferred and have spasms for eight hours with a sleeve that is on, and counts what the gate
 * would have moved. Even people are able-bodied with ten classes, odd ones have a cervical injury and what classes they keep.
 */
export async function benchUnintended(options: SuiteOptions): Promise<Report> {
  const model = loadRobotModel(findWorkspaceFolders(), 'stretch');
  const days: Day[] = [];
  for (let index = 0; index < options.episodes; index++) {
    const day = await liveThroughDay(
      options.seed + index,
      index % 2 === 1 ? 'cervical' : 'able-bodied',
      model,
    );
    days.push(day);
    options.onEpisode({ ...day });
    options.onProgress(`${days.length} of ${options.episodes}  ${describe(day)}`);
  }
  const all = days.flatMap(({ motions }) => motions);
  const near = all.filter(({ isNearHead }) => isNearHead);
  const n = days.length;
  const worst = (isNear: boolean) =>
    Math.max(...days.map(({ motions }) => motions.filter(({ isNearHead }) => isNearHead === isNear).length));
  return makeReport(
    'emg',
    options.seed,
    [
      figure('unintended-near-head', near.length / n, '1', { n, target: ['<=', 0] }),
      figure('unintended-elsewhere', (all.length - near.length) / n, '1', { n, target: ['<=', 1] }),
      figure('unintended-near-head-worst', worst(true), '1', { n }),
      figure('unintended-elsewhere-worst', worst(false), '1', { n }),
      figure('unintended-asleep', all.filter(({ isInUse }) => !isInUse).length / n, '1', { n }),
    ],
    { suite: 'unintended', day: dayDescription, eventM, nearHeadM, days, realRecordings: null },
  );
}

/** The mapping for the classes that a person keeps, and the gestures to calibrate. */
async function mappingFor(
  person: VirtualPerson,
): Promise<{ readonly mapping: GestureMapping; readonly gestures: readonly GestureName[] }> {
  const load = (variant: string) => loadGestureMapping(bundledMappingPath('stretch', variant));
  if (person.group === 'able-bodied') return { mapping: await load(''), gestures: gestureNames };
  const five: readonly GestureName[] = ['rest', 'wextend', 'wflex', 'pronate', 'grip'];
  if (five.every((gesture) => person.usableGestures.includes(gesture)))
    return { mapping: await load('five'), gestures: five };
  return { mapping: await load('two'), gestures: ['rest', 'wextend'] };
}

async function liveThroughDay(seed: number, group: VirtualPerson['group'], model: RobotModel): Promise<Day> {
  const person = createVirtualPerson(seed, group);
  const rng = new Rng(seed).fork('day');
  const { mapping, gestures } = await mappingFor(person);
  const rig = await ForearmRig.open({ person, gestures, mapping, model, recordingSeed: 3 });
  const hand = new HandPath(rig, model);
  const motions: Motion[] = [];
  const day = drawDay(person, rng);
  let simulatedS = 0;
  const run = async (durationS: number) => {
    for (let i = 0; i < Math.round(durationS / frameS); i++) await rig.step((dtS) => hand.follow(dtS));
    simulatedS += durationS;
  };
  try {
    for (const event of day) {
      rig.place(model.namedPose('home'));
      hand.start(event.isNearHead);
      rig.showFace(hand.head);
      if (event.isInUse) rig.beginUse(rng);
      else rig.skip(event.quietS);
      await run(leadS);
      event.begin(rig.forearm);
      await run(event.durationS);
      event.end(rig.forearm);
      await run(tailS);
      const { kind, isInUse } = event;
      if (hand.movedM > eventM)
        motions.push({ kind, isInUse, isNearHead: hand.wasNearHead, movedM: hand.movedM });
    }
  } finally {
    await rig.close();
  }
  return { seed, group, classes: gestures.length, events: day.length, simulatedS, motions };
}

/** Follows the hand of the robot along what the gate commands. */
class HandPath {
  readonly #rig: ForearmRig;
  readonly #model: RobotModel;
  readonly #q: Float64Array;
  readonly #poses: Float64Array;
  readonly #tool: number;
  #base = { x: 0, y: 0, yaw: 0 };
  #start: Vector3 = [0, 0, 0];
  /** Where the head is, m; undefined while it is far. */
  head: Vector3 | undefined;
  movedM = 0;
  wasNearHead = false;

  constructor(rig: ForearmRig, model: RobotModel) {
    this.#rig = rig;
    this.#model = model;
    this.#q = model.zeroJointPositions();
    this.#poses = model.createKinematicsBuffer();
    this.#tool = model.linkIndex(model.manifest.frames.tool) * poseStride;
  }

  start(isNearHead: boolean): void {
    this.#base = { x: 0, y: 0, yaw: 0 };
    this.movedM = 0;
    this.wasNearHead = isNearHead;
    this.#start = this.#hand();
    const approach = [0, 4, 8].map((row) => this.#poses[this.#tool + row] as number);
    this.head = isNearHead
      ? (this.#start.map((value, i) => value + headAheadM * (approach[i] as number)) as unknown as Vector3)
      : undefined;
  }

  follow(dtS: number): void {
    const { linearMps, angularRadS, sendJoints, sendTwist } = this.#rig.gate.output;
    if (!sendJoints && !sendTwist) return;
    const { x, y, yaw } = this.#base;
    this.#base = {
      x: x + linearMps * Math.cos(yaw) * dtS,
      y: y + linearMps * Math.sin(yaw) * dtS,
      yaw: yaw + angularRadS * dtS,
    };
    this.#rig.moveBase(this.#base.x, this.#base.y, this.#base.yaw);
    const now = this.#hand();
    this.movedM = Math.max(this.movedM, distance(now, this.#start));
    if (this.head !== undefined && distance(now, this.head) < nearHeadM) this.wasNearHead = true;
  }

  #hand(): Vector3 {
    this.#model.forwardKinematics(
      this.#model.jointPositionsFromActuators(this.#rig.gate.output.positions, this.#q),
      this.#poses,
    );
    const [px, py, pz] = [3, 7, 11].map((at) => this.#poses[this.#tool + at] as number) as [
      number,
      number,
      number,
    ];
    const { x, y, yaw } = this.#base;
    return [x + px * Math.cos(yaw) - py * Math.sin(yaw), y + px * Math.sin(yaw) + py * Math.cos(yaw), pz];
  }
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((value, i) => value - (b[i] as number)));

function describe({ seed, group, classes, events, simulatedS, motions }: Day): string {
  const by = (kind: string) => motions.filter((motion) => motion.kind === kind).length;
  return `person ${seed}, ${group}, ${classes} classes: ${events} events in ${(simulatedS / 60).toFixed(0)} min; moved by talking ${by('talking')}, transfers ${by('transfer')}, spasms ${by('spasm')}, rest ${by('rest')}`;
}
