import { Transform, type Vector3 } from '@efferent/core';
import type { PriorMap } from '@efferent/robot';
import { describe, expect, test } from 'vitest';
import { ImaginedBody, type ImaginedStart } from '../imagined-body.ts';
import type { SkillArguments } from '../skill-arguments.ts';
import type { ActuatorPath, ActuatorTargets, CarriedThing, MoveOptions, SightingSet } from '../skill-body.ts';
import { DriveFailure } from '../skill-failure.ts';
import { careRoom, model, stretchStart } from '../testing/imagined-stretch.ts';
import { offer } from './offer.ts';
import { tuckArm } from './tuck.ts';

const gripper = model.manifest.gripper.actuator;

const mug: CarriedThing = {
  className: 'mug',
  kind: 'side',
  toolFromBox: Transform.identity,
  sizeM: [0.08, 0.08, 0.095],
  belowToolM: 0.05,
};

const startIn = (map: PriorMap, carried: CarriedThing | undefined = mug, rollRad = 0): ImaginedStart =>
  stretchStart({
    map,
    carried,
    mapFromBase: Transform.fromPlanar(-0.9, 0.3, 0),
    pose: 'carry',
    joints: { joint_wrist_roll: rollRad, [gripper]: carried === undefined ? 0.03 : 0.08 },
  });

const to = (place: string): SkillArguments =>
  new Map(
    Object.entries({ object: 'mug-1', to: place }).map(([name, value]) => [
      name,
      { name, value, objectClass: name === 'object' ? 'mug' : '', mapFromThing: undefined, sizeM: undefined },
    ]),
  );

const withPersonAt = (pose: [number, number, number]): PriorMap => ({
  ...careRoom,
  people: careRoom.people.map((each) => ({ ...each, poseXyYaw: pose })),
});

/** The tool in a person's own frame: ahead, to the left, up, m; where the hand points, its elevation; and the rise of the z axis of what it holds. */
function handBefore(body: ImaginedBody, [x, y, yaw]: readonly [number, number, number]) {
  const q = model.jointPositionsFromActuators(body.actuatorPositions(), model.zeroJointPositions());
  const tool = Transform.fromPlanar(x, y, yaw)
    .inverse()
    .multiply(body.mapFromBase())
    .multiply(model.baseFromLink(q, model.manifest.frames.tool));
  const tip: Vector3 = tool.apply([1, 0, 0]);
  const box = tool.multiply(body.carried?.toolFromBox ?? Transform.identity);
  const up = box.apply([0, 0, 1])[2] - box.translation[2];
  return { at: tool.translation, rise: tip[2] - tool.translation[2], up };
}

describe('what is held is offered', () => {
  test.each<[string, [number, number, number]]>([
    ['where the person mostly sits', careRoom.people[0]!.poseXyYaw as [number, number, number]],
    ['to somebody who looks into the room from a corner', [1.4, -1.1, 2.4]],
    ['to somebody with their back to the sideboard', [-0.2, -0.5, 1.2]],
  ])('%s: level, its brim at the mouth, 20 cm before the face', async (_who, pose) => {
    const body = new ImaginedBody(startIn(withPersonAt(pose)), []);
    expect(await offer(body, to('person'))).toContain('20 cm before the face');
    const { at, rise, up } = handBefore(body, pose);
    // Face 9.5 cm ahead of the middle of the head, then the gap, then half of the mug.
    expect(at[0]).toBeCloseTo(0.095 + 0.2 + 0.04, 2);
    expect(Math.abs(at[1])).toBeLessThan(0.02);
    expect(at[2] - mug.belowToolM + mug.sizeM[2]).toBeCloseTo(1.45 - 0.2 - 0.085, 2);
    expect(Math.abs(rise)).toBeLessThan(0.02);
    expect(up).toBeGreaterThan(0.99);
  });

  test.each([3.14, -3.14])('upright also when the hand took it rolled by %s rad', async (rollRad) => {
    const pose = careRoom.people[0]!.poseXyYaw as [number, number, number];
    const taken = { ...mug, toolFromBox: Transform.fromXyzRpy([0, 0, 0], [Math.PI, 0, 0]) };
    const rolls: number[] = [];
    class Watched extends ImaginedBody {
      override followPath(path: ActuatorPath): Promise<void> {
        rolls.push(...path.map((positions) => positions[model.actuatorIndex('joint_wrist_roll')]!));
        return super.followPath(path);
      }
    }
    const body = new Watched(startIn(careRoom, taken, rollRad), []);
    expect(await offer(body, to('person'))).toContain('20 cm before the face');
    // Not even on the way does it go round.
    for (const each of rolls) expect(Math.abs(each - rollRad)).toBeLessThan(1);
    expect(rolls).not.toHaveLength(0);
    expect(handBefore(body, pose).up).toBeGreaterThan(0.99);
    await tuckArm(body);
    expect(handBefore(body, pose).up).toBeGreaterThan(0.99);
  });

  test('as near as the gate lets it come, and the message says so', async () => {
    const body = new HeldBack(startIn(careRoom), []);
    body.shortM = 0.08;
    expect(await offer(body, to('person'))).toMatch(/28 cm before the face.*the gate lets it come no nearer/);
  });
});

test('a body that looks larger from afar than it is leaves a place to stand', async () => {
  const [x, y] = careRoom.people[0]!.poseXyYaw;
  const huge = {
    className: 'person',
    score: 0.9,
    mapFromThing: new Transform([x, y, 0.8], [0, 0, 0, 1]),
    sizeM: [1.8, 1.8, 1.6] as const,
    bodyPart: 'trunk',
  };
  // Only what is seen says so: no solid is there.
  class Seen extends ImaginedBody {
    override depthPoints() {
      return { stampS: this.nowS(), pointsM: new Float64Array(0) };
    }
  }
  expect(await offer(new Seen(startIn(careRoom), [huge]), to('person'))).toContain('before the face');
});

test('a base that is held off the person looks for their face, and drives on', async () => {
  class HeldOff extends ImaginedBody {
    drives = 0;

    override async driveTo(goal: Transform): Promise<void> {
      this.drives += 1;
      if (this.drives === 1) throw new DriveFailure('blocked', 'the base does not move');
      await super.driveTo(goal);
    }
  }
  const body = new HeldOff(startIn(careRoom), []);
  expect(await offer(body, to('person'))).toContain('20 cm before the face');
  expect(body.drives).toBe(2);
});

test('the distance to the face counts what is beside it', async () => {
  class PushedAside extends ImaginedBody {
    override async moveActuators(targets: ActuatorTargets, options: MoveOptions = {}): Promise<void> {
      if (options.until !== undefined) this.sendBaseVelocity(0.1, 0);
      await super.moveActuators(targets, options);
      this.sendBaseVelocity(0, 0);
    }
  }
  expect(await offer(new PushedAside(startIn(careRoom), []), to('person'))).toContain(
    '22 cm before the face',
  );
});

describe('nothing is offered', () => {
  test('by a base that the gate holds beside the face', async () => {
    class HeldBeside extends ImaginedBody {
      override driveTo(goal: Transform): Promise<void> {
        return super.driveTo(goal.multiply(Transform.fromPlanar(0.05, 0, 0)));
      }

      override sendBaseVelocity(): void {
        // The gate lets nothing through.
      }
    }
    await expect(offer(new HeldBeside(startIn(careRoom), []), to('person'))).rejects.toMatchObject({
      code: 'blocked',
      message: expect.stringContaining('held 5 cm beside'),
    });
  });

  test('by an empty hand', async () => {
    const body = new ImaginedBody({ ...startIn(careRoom), effort: () => 0 }, []);
    await expect(offer(body, to('person'))).rejects.toMatchObject({ code: 'hand-empty' });
  });

  test('at what is no place', async () => {
    await expect(offer(new ImaginedBody(startIn(careRoom), []), to('garden'))).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('there are home, sideboard'),
    });
  });

  test('where no face is seen', async () => {
    class Dark extends ImaginedBody {
      override sightings(): SightingSet {
        return { stampS: this.nowS(), sightings: [] };
      }
    }
    await expect(offer(new Dark(startIn(careRoom), []), to('person'))).rejects.toMatchObject({
      code: 'target-lost',
    });
  });

  test('from where nobody could take it: the arm is folded in again', async () => {
    const body = new HeldBack(startIn(careRoom), []);
    body.shortM = 0.24;
    await expect(offer(body, to('person'))).rejects.toMatchObject({ code: 'blocked' });
    expect(body.position('wrist_extension')).toBeLessThan(0.05);
  });

  test('to somebody whom the arm does not get to', async () => {
    const enclosed = withPersonAt([0.1, 1.62, Math.PI / 2]);
    await expect(offer(new ImaginedBody(startIn(enclosed), []), to('table'))).rejects.toMatchObject({
      code: 'unreachable',
    });
  });
});

/** A robot whose gate holds the arm before its goal when it is led there slowly. */
class HeldBack extends ImaginedBody {
  shortM = 0;

  override moveActuators(targets: ActuatorTargets, options: MoveOptions = {}): Promise<void> {
    const goalM = targets.wrist_extension;
    if (goalM === undefined || options.until === undefined) return super.moveActuators(targets, options);
    return super.moveActuators({ ...targets, wrist_extension: goalM - this.shortM }, options);
  }
}
