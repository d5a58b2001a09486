import { join } from 'node:path';
import { Transform } from '@efferent/core';
import { loadRobotModel } from '@efferent/robot';
import { expect, test } from 'vitest';
import type { PolicyRequest, SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { type GraspRequest, graspByPolicy } from './grasp.ts';

const model = loadRobotModel([join(import.meta.dirname, '../../../..')], 'stretch');

test('a policy grasps, and planned motion after the policy did not come to an end', async () => {
  const asked: PolicyRequest[] = [];
  const body = {
    model,
    report: () => {
      throw new SkillFailure('unreachable', 'the arm stays where it is');
    },
    runPolicy: async (request: PolicyRequest) => {
      asked.push(request);
      return { success: false, failureCode: 'time-out', message: 'not done' };
    },
  } as unknown as SkillBody;
  const request = {
    className: 'can',
    target: { mapFromThing: Transform.identity, sizeM: [0.06, 0.06, 0.1] },
    plan: { support: undefined },
    candidate: { mapFromGrasp: Transform.identity },
    isInSight: true,
  } as unknown as GraspRequest;
  const grasp = graspByPolicy('stretch-pick');

  for (const failedBefore of ['', 'grasp-failed', 'dropped'])
    expect((await grasp(body, { ...request, failedBefore })).failureCode).toBe('time-out');
  expect(asked.map(({ policy }) => policy)).toEqual(Array(3).fill('stretch-pick'));

  const { failureCode, message } = await grasp(body, { ...request, failedBefore: 'time-out' });
  expect(failureCode).toBe('grasp-failed');
  expect(message).toContain('the arm stays where it is');
  expect(asked).toHaveLength(3);

  await grasp(body, { ...request, isInSight: false, failedBefore: '' });
  expect(asked).toHaveLength(3);
});
