import { Transform, type Vector3 } from '@efferent/core';
import { describe, expect, test } from 'vitest';
import { ImaginedBody, type ImaginedStart } from '../imagined-body.ts';
import type { SkillArguments } from '../skill-arguments.ts';
import type { ActuatorPath, ActuatorTargets, CarriedThing, MapSighting, MoveOptions } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { model, stretchStart } from '../testing/imagined-stretch.ts';
import { graspByMotion } from './grasp.ts';
import { pickWith } from './pick.ts';
import { wipe } from './wipe.ts';

const gripper = model.manifest.gripper.actuator;

const sponge: CarriedThing = {
  className: 'sponge',
  kind: 'side',
  toolFromBox: Transform.identity,
  sizeM: [0.09, 0.09, 0.07],
  belowToolM: 0.035,
};

const thing = (className: string, at: Vector3, sizeM: Vector3): MapSighting => ({
  className,
  score: 1,
  mapFromThing: new Transform(at, [0, 0, 0, 1]),
  sizeM,
});

const spill = thing('spill', [0.22, 1.38, 0.74], [0.3, 0.08, 0.004]);

const startWith = (carried: CarriedThing | undefined): ImaginedStart =>
  stretchStart({
    carried,
    mapFromBase: Transform.fromPlanar(0.1, 0.85, Math.PI),
    pose: 'carry',
    joints: { [gripper]: carried === undefined ? 0.03 : 0.09 },
  });

const holding = (things: readonly MapSighting[]) => new Traced(startWith(sponge), things);

const to = (target: string | MapSighting): SkillArguments => {
  const text = (name: string, value: string, objectClass = '') =>
    ({ name, value, objectClass, mapFromThing: undefined, sizeM: undefined }) as const;
  return new Map([
    ['tool', text('tool', 'sponge-1', 'sponge')],
    [
      'target',
      typeof target === 'string'
        ? text('target', target)
        : { name: 'target', value: `${target.className}-1`, objectClass: target.className, ...target },
    ],
  ]);
};

/** Where the middle of the tool was while it was pressed on, on the table: along its front and into it, m. */
class Traced extends ImaginedBody {
  readonly touched: Vector3[] = [];
  /** The same at all times. */
  readonly passed: Vector3[] = [];

  override async sleep(durationS: number): Promise<void> {
    await super.sleep(durationS);
    if (this.effort('joint_lift') === 0) return;
    const q = model.jointPositionsFromActuators(this.actuatorPositions(), model.zeroJointPositions());
    this.touched.push(
      this.mapFromBase().apply(model.baseFromLink(q, model.manifest.frames.tool).translation),
    );
  }
}

describe('wiping', () => {
  test('covers a spill from end to end with what is held pressed on, and folds the arm in', async () => {
    const body = holding([spill]);
    expect(await wipe(body, to(spill))).toMatch(/^wiped spill-1 with \d strokes/);
    const along = body.touched.map(([x]) => x);
    expect(Math.min(...along)).toBeLessThan(0.07 + 0.045);
    expect(Math.max(...along)).toBeGreaterThan(0.37 - 0.045);
    for (const [, y] of body.touched) expect(Math.abs(y - 1.38)).toBeLessThan(0.06);
    expect(body.position('wrist_extension')).toBeLessThan(0.05);
  });

  test('covers the front strip of a table', async () => {
    const body = holding([]);
    expect(await wipe(body, to('table'))).toContain('wiped table');
    const along = body.touched.map(([x]) => x);
    expect(Math.max(...along) - Math.min(...along)).toBeGreaterThan(0.9);
    for (const [, y] of body.touched) expect(y).toBeLessThan(1.25 + 0.32);
  });

  test('keeps away from what else stands there: some is left on either side of it, and none is reached over it', async () => {
    const at = [0.1, 1.38] as const;
    const long = thing('spill', [...at, 0.74], [0.6, 0.08, 0.004]);
    const body = holding([long, thing('bottle', [...at, 0.84], [0.05, 0.05, 0.2])]);
    await expect(wipe(body, to(long))).rejects.toMatchObject({ code: 'blocked' });
    expect(body.touched.some(([x]) => x < at[0] - 0.15)).toBe(true);
    expect(body.touched.some(([x]) => x > at[0] + 0.15)).toBe(true);
    for (const [x, y] of body.passed) expect(Math.hypot(x - at[0], y - at[1])).toBeGreaterThan(0.045 + 0.025);
  });
});

describe('nothing is wiped', () => {
  test('with an empty hand', async () => {
    await expect(wipe(new ImaginedBody(startWith(undefined), [spill]), to(spill))).rejects.toMatchObject({
      code: 'hand-empty',
    });
  });

  test('with something else than what is named', async () => {
    const mug = { ...sponge, className: 'mug' };
    await expect(wipe(new ImaginedBody(startWith(mug), [spill]), to(spill))).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('the hand holds a mug'),
    });
  });

  test('by a base that the gate holds beside it', async () => {
    class Held extends ImaginedBody {
      override sendBaseVelocity(): void {
        // The gate lets nothing through.
      }
    }
    await expect(wipe(new Held(startWith(sponge), [spill]), to(spill))).rejects.toMatchObject({
      code: 'blocked',
      message: expect.stringContaining('cm beside where the hand gets to what is wiped'),
    });
  });

  test('with less in the hand than thought; an arm that cannot be folded in then is not the reason', async () => {
    class Wedged extends ImaginedBody {
      isDown = false;

      override effort(actuator: string): number {
        return actuator === 'joint_lift' ? 0 : super.effort(actuator);
      }

      override moveActuators(targets: ActuatorTargets, options: MoveOptions = {}): Promise<void> {
        if (options.until !== undefined) this.isDown = true;
        return super.moveActuators(targets, options);
      }

      override async followPath(path: ActuatorPath): Promise<void> {
        if (this.isDown) throw new SkillFailure('blocked', 'the arm is wedged');
        await super.followPath(path);
      }
    }
    await expect(wipe(new Wedged(startWith(sponge), [spill]), to(spill))).rejects.toMatchObject({
      code: 'dropped',
      message: expect.stringContaining('through where the surface is'),
    });
  });

  test('where no spill is seen', async () => {
    await expect(wipe(holding([]), to(spill))).rejects.toMatchObject({ code: 'target-lost' });
  });

  test('that is no surface, or lies on none', async () => {
    await expect(wipe(holding([]), to('window'))).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('table-top'),
    });
    const onFloor = thing('spill', [-1.5, -0.5, 0], [0.3, 0.1, 0.004]);
    await expect(wipe(holding([onFloor]), to(onFloor))).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('where other things stand all over it', async () => {
    const tray = thing('tray', [0.22, 1.38, 0.77], [0.6, 0.5, 0.06]);
    await expect(wipe(holding([spill, tray]), to(spill))).rejects.toMatchObject({ code: 'blocked' });
  });
});

test('a spill is not picked up', async () => {
  const values: SkillArguments = new Map([
    ['object', { name: 'object', value: 'spill-1', objectClass: 'spill', ...spill }],
  ]);
  await expect(
    pickWith(graspByMotion)(new ImaginedBody(startWith(undefined), [spill]), values),
  ).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringContaining('wiped'),
  });
});
