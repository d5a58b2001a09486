import { Transform } from '@efferent/core';
import type { PriorMap } from '@efferent/robot';
import { describe, expect, test } from 'vitest';
import { findButton } from '../button.ts';
import { ImaginedBody, type ImaginedStart } from '../imagined-body.ts';
import type { SkillArguments } from '../skill-arguments.ts';
import type { ActuatorPath, ActuatorTargets, MoveOptions } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { careRoom, kitchen, model, stretchStart } from '../testing/imagined-stretch.ts';
import { close, open } from './articulate.ts';
import { press } from './press.ts';

const startIn = (map: PriorMap): ImaginedStart =>
  stretchStart({ map, mapFromBase: Transform.fromPlanar(-0.9, 0.3, 0), pose: 'stow' });

const bodyIn = (map: PriorMap, more: Partial<ImaginedStart> = {}) =>
  new ImaginedBody({ ...startIn(map), ...more }, []);

const fixture = (value: string): SkillArguments =>
  new Map([
    ['fixture', { name: 'fixture', value, objectClass: '', mapFromThing: undefined, sizeM: undefined }],
  ]);

/** The care room with its switch on another wall, at another height. */
const withSwitchAt = (pose: [number, number, number]): PriorMap => ({
  ...careRoom,
  furniture: careRoom.furniture.map((each) =>
    each.id === 'switch-plate' ? { ...each, poseXyYaw: pose } : each,
  ),
});

describe('where a button is', () => {
  test('its face is the outermost of its boxes, pushed the way in which its joint grows', () => {
    const { faceM, headingRad, clickM } = findButton(careRoom, 'light-switch');
    // On the wall at -2.194 m, turned by a quarter: the button stands out by 3 cm.
    expect(faceM[0]).toBeCloseTo(-2.164, 6);
    expect(faceM[1]).toBeCloseTo(0.3, 6);
    expect(faceM[2]).toBeCloseTo(1, 6);
    expect(Math.abs(headingRad)).toBeCloseTo(Math.PI, 6);
    expect(clickM).toBe(0.009);
    expect(findButton(careRoom, 'switch-plate').articulation.id).toBe('light-switch');
  });

  test('a drawer, a table and nothing are no buttons, and the message says what to do', () => {
    expect(() => findButton(kitchen, 'left-drawer')).toThrow(/pulled open.*use open or close/);
    expect(() => findButton(careRoom, 'table')).toThrow(/no button is called "table".*light-switch/);
    expect(() => findButton(kitchen, 'window')).toThrow(/there are: none/);
  });
});

describe('a button is pressed', () => {
  test.each([
    ['where it is', careRoom],
    ['on the wall behind the robot', withSwitchAt([2.194, 1.2, -Math.PI / 2])],
    ['on a wall that stands askew', withSwitchAt([-1.9, 0.4, 1.2])],
  ])('%s', async (_where, map) => {
    const body = bodyIn(map);
    expect(await press(body, fixture('light-switch'))).toMatch(
      /^pressed light-switch: it gave way by 1\d mm/,
    );
    const { headingRad } = findButton(map, 'light-switch');
    // The arm extends to the right of the base.
    expect(Math.cos(body.mapFromBase().yaw - Math.PI / 2 - headingRad)).toBeGreaterThan(0.99);
    expect(body.position('wrist_extension')).toBeLessThan(0.05);
  });
});

describe('an arm that cannot be folded in afterwards', () => {
  class Wedged extends ImaginedBody {
    pushes = 0;
    pushN = 0;

    override moveActuators(targets: ActuatorTargets, options: MoveOptions = {}): Promise<void> {
      if (options.until !== undefined) this.pushes += 1;
      return super.moveActuators(targets, options);
    }

    override effort(actuator: string): number {
      const pushN = super.effort(actuator);
      return actuator === 'wrist_extension' && pushN > 0 ? pushN + this.pushN : pushN;
    }

    override async followPath(path: ActuatorPath): Promise<void> {
      if (this.pushes > 0) throw new SkillFailure('blocked', 'the arm is wedged');
      await super.followPath(path);
    }
  }

  test('has pressed what clicked, and says so', async () => {
    const body = new Wedged(startIn(careRoom), []);
    expect(await press(body, fixture('light-switch'))).toMatch(
      /^pressed light-switch: .*; the arm is not folded in: the arm is wedged/,
    );
  });

  test('has not pressed what did not give way', async () => {
    const body = new Wedged(startIn(careRoom), []);
    body.pushN = 40;
    await expect(press(body, fixture('light-switch'))).rejects.toMatchObject({ code: 'force-limit' });
  });
});

describe('a button is not pressed', () => {
  test('by a hand that holds something', async () => {
    const body = bodyIn(careRoom, {
      effort: () => -20,
      actuatorPositions: () => {
        const positions = model.namedPose('carry');
        positions[model.actuatorIndex('gripper_aperture')] = 0.05;
        return positions;
      },
    });
    await expect(press(body, fixture('light-switch'))).rejects.toMatchObject({ code: 'hand-full' });
  });

  test('when the hand goes through where it should be', async () => {
    class NothingThere extends ImaginedBody {
      override effort(): number {
        return 0;
      }
    }
    const body = new NothingThere(startIn(careRoom), []);
    await expect(press(body, fixture('light-switch'))).rejects.toMatchObject({
      code: 'not-pressed',
      message: expect.stringContaining('touched nothing'),
    });
    expect(body.position('wrist_extension')).toBeLessThan(0.05);
  });

  test('when the gate holds the base beside it', async () => {
    class HeldBeside extends ImaginedBody {
      override driveTo(goal: Transform): Promise<void> {
        return super.driveTo(goal.multiply(Transform.fromPlanar(0.05, 0, 0)));
      }

      override sendBaseVelocity(): void {
        // The gate lets nothing through.
      }
    }
    await expect(press(new HeldBeside(startIn(careRoom), []), fixture('light-switch'))).rejects.toMatchObject(
      { code: 'blocked', message: expect.stringContaining('held 5 cm beside') },
    );
  });

  test('when something is met before it: the hand stops as soon as it feels that', async () => {
    class Obstructed extends ImaginedBody {
      atM = Number.POSITIVE_INFINITY;

      override moveActuators(targets: ActuatorTargets, options: MoveOptions = {}): Promise<void> {
        if (options.until !== undefined) this.atM = this.position('wrist_extension') + 0.01;
        return super.moveActuators(targets, options);
      }

      override effort(actuator: string): number {
        if (actuator !== 'wrist_extension') return super.effort(actuator);
        return Math.max(0, this.position(actuator) - this.atM) * 3000;
      }
    }
    await expect(press(new Obstructed(startIn(careRoom), []), fixture('light-switch'))).rejects.toMatchObject(
      { code: 'blocked', message: expect.stringMatching(/met something .* before light-switch, [2-5] N$/) },
    );
  });

  test('when it does not give way', async () => {
    class Stuck extends ImaginedBody {
      override effort(actuator: string): number {
        const pushN = super.effort(actuator);
        return actuator === 'wrist_extension' && pushN > 0 ? 40 : pushN;
      }
    }
    await expect(press(new Stuck(startIn(careRoom), []), fixture('light-switch'))).rejects.toMatchObject({
      code: 'force-limit',
      message: expect.stringContaining('acts from 9 mm on'),
    });
  });

  test('when the arm does not get to it', async () => {
    const high: PriorMap = {
      ...careRoom,
      articulations: careRoom.articulations.map((each) => ({
        ...each,
        handle: { ...each.handle, positionM: [0, -0.02, 2.1] },
        boxes: each.boxes.map((box) => ({ ...box, centerM: [0, -0.02, 2.1] as const })),
      })),
    };
    await expect(press(bodyIn(high), fixture('light-switch'))).rejects.toMatchObject({ code: 'unreachable' });
  });
});

test('a button is neither opened nor closed', async () => {
  for (const skill of [open, close])
    await expect(skill(bodyIn(careRoom), fixture('light-switch'))).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('light-switch is a button: it is pressed'),
    });
});
