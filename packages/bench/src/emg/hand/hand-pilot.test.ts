import { Rng } from '@efferent/core';
import { bundledMappingPath, gestureNames, loadGestureMapping } from '@efferent/emg';
import { loadRobotModel } from '@efferent/robot';
import { findWorkspaceFolders } from '@efferent/runtime';
import { loadScene } from '@efferent/sim';
import { describe, expect, it } from 'vitest';
import { GestureRobot } from '../../testing/gesture-robot.ts';
import { MotorResponse, type MuscleAction } from '../user/motor-response.ts';
import { HandMoves } from './hand-moves.ts';
import { HandPilot, type HandScript } from './hand-pilot.ts';
import type { HandView } from './hand-view.ts';

const folders = findWorkspaceFolders();
const model = loadRobotModel(folders, 'stretch');
const mapping = await loadGestureMapping(bundledMappingPath('stretch'));
const moves = new HandMoves(mapping, model, loadScene(folders, 'care-room').map);
const { tool, base } = model.manifest.frames;

interface Run {
  readonly robot: GestureRobot;
  readonly stages: readonly string[];
  readonly isContent: boolean;
  readonly modes: readonly string[];
}

/** Has a person with the hand of the simulated user, late and sometimes wrong, do a script on a robot without obstacles. */
function run(
  makeScript: (view: HandView) => HandScript<unknown>,
  options: {
    prepare?: (robot: GestureRobot) => void;
    limitS?: number;
    spoil?: (nowS: number) => MuscleAction | undefined;
  } = {},
): Run {
  const robot = new GestureRobot(model, mapping);
  options.prepare?.(robot);
  const stages: string[] = [];
  const modes: string[] = [];
  let acting: MuscleAction = { gesture: 'rest', effort: 0 };
  const hand = new MotorResponse(new Rng(1000), gestureNames, (action) => {
    acting = action;
  });
  const pilot = new HandPilot(
    mapping,
    { tool, base },
    function* (view) {
      yield* makeScript(view);
    },
    (name) => stages.push(name),
  );
  while (robot.nowS < (options.limitS ?? 120) && !pilot.isContent()) {
    hand.want(pilot.decide(robot.screen, robot.nowS), robot.nowS);
    robot.step(options.spoil?.(robot.nowS) ?? acting);
    const { mode } = robot.screen.status ?? { mode: '' };
    if (mode !== modes.at(-1)) modes.push(mode);
  }
  return { robot, stages, isContent: pilot.isContent(), modes };
}

describe('a person who drives by hand', () => {
  it('goes through the modes to what has to move, and lets go early enough to be within the tolerance', () => {
    const { robot, isContent, modes } = run(function* () {
      yield moves.joint(moves.lift, 0.7);
      yield moves.joint(moves.yaw, 0);
    });
    expect(isContent).toBe(true);
    expect(modes.slice(0, 3)).toEqual(['drive', 'lift-arm', 'wrist']);
    expect(Math.abs((robot.joints.get('joint_lift') ?? 0) - 0.7)).toBeLessThan(0.02);
    expect(Math.abs(robot.joints.get('joint_wrist_yaw') ?? 1)).toBeLessThan(0.1);
  });

  it('sets the fine level from the menu where a stage asks for it', () => {
    const { robot, isContent } = run(function* () {
      yield moves.align(() => [0.2, -1, 0], 0.007, 'fine');
    });
    expect(isContent).toBe(true);
    expect(robot.screen.status?.level).toBe('fine');
    const hand = robot.screen.frame(tool)?.translation ?? [0, 0, 0];
    expect(
      Math.abs(hand[0] * Math.cos(robot.base.yaw) + hand[1] * Math.sin(robot.base.yaw) - 0.2),
    ).toBeLessThan(0.01);
  });

  it('re-arms after a runstop that was not meant, and goes on', () => {
    const grip: MuscleAction = { gesture: 'grip', effort: 0.5 };
    const { robot, isContent, modes } = run(
      function* () {
        yield moves.joint(moves.lift, 0.7);
      },
      { spoil: (nowS) => (nowS > 5 && nowS < 5.5 ? grip : undefined) },
    );
    expect(modes).toContain('menu');
    expect(isContent).toBe(true);
    expect(Math.abs((robot.joints.get('joint_lift') ?? 0) - 0.7)).toBeLessThan(0.02);
  });

  it('gives up on what does not move any more, after some tries, and goes on', () => {
    const { robot, isContent, stages } = run(
      function* () {
        yield moves.joint(moves.lift, 0.7);
        yield moves.joint(moves.yaw, 0);
      },
      { prepare: ({ stuck }) => stuck.add('joint_lift') },
    );
    expect(isContent).toBe(true);
    expect(stages).toHaveLength(3);
    expect(Math.abs(robot.joints.get('joint_wrist_yaw') ?? 1)).toBeLessThan(0.1);
  });

  it('drives round furniture to where it wants to stand', () => {
    const goal = { x: -0.9, y: -0.95, yaw: 0 };
    const { robot, isContent } = run((view) => moves.driveTo(goal, view), {
      prepare: (each) => {
        each.base = { x: 0.4, y: 0.7, yaw: 0 };
      },
    });
    expect(isContent).toBe(true);
    expect(Math.hypot(robot.base.x - goal.x, robot.base.y - goal.y)).toBeLessThan(0.09);
    expect(Math.abs(robot.base.yaw)).toBeLessThan(0.08);
  });
});
