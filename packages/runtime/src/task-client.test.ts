import { secondsToNs } from '@efferent/core';
import { createLockstep, qosProfiles, type RosNode } from '@efferent/ros';
import { afterEach, describe, expect, it } from 'vitest';
import { TaskClient } from './task-client.ts';

type Lockstep = ReturnType<typeof createLockstep>;
let lockstep: Lockstep | undefined;
afterEach(async () => lockstep?.shutdown());

/** Lets virtual time pass until a promise settles. */
async function settle<T>(world: Lockstep, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const done = () => {
    isSettled = true;
  };
  promise.then(done, done);
  const held = await world.runUntil(() => isSettled, world.clock.nowNs() + secondsToNs(60));
  expect(held).toBe(true);
  return promise;
}

/** A graph with an agent whose behaviour a test decides. */
async function graphWithAgent(
  execute: (
    agent: RosNode,
    instruction: string,
    cancelled: AbortSignal,
  ) => Promise<{ success: boolean; outcome: string }>,
) {
  const world = createLockstep({ seed: 1 });
  lockstep = world;
  const agent = await world.context.createNode('agent');
  const skills: string[] = [];
  agent.createActionServer('efferent_interfaces/action/ExecuteTask', '/agent/execute_task', {
    execute: async (goal) => {
      goal.publishFeedback({ kind: 'plan', text: goal.request.instruction });
      const result = await execute(agent, goal.request.instruction, goal.cancelSignal);
      if (goal.isCancelRequested) goal.canceled();
      else if (result.success) goal.succeed();
      else goal.abort();
      return result;
    },
  });
  agent.createActionServer('efferent_interfaces/action/ExecuteSkill', '/stretch/execute_skill', {
    execute: async (goal) => {
      skills.push(JSON.stringify(goal.request.arguments));
      goal.succeed();
      return { success: true };
    },
  });
  const belief = agent.createPublisher(
    'efferent_interfaces/msg/Belief',
    '/agent/belief',
    qosProfiles.latched,
  );
  belief.publish({
    header: { frame_id: 'map' },
    objects: [
      { id: 'apple-1', class_name: 'apple', pose: { position: { x: 1, y: 2, z: 0.7 } }, size: { x: 0.08 } },
    ],
  });
  const client = new TaskClient(await world.context.createNode('client'), 'stretch');
  expect(await settle(world, client.waitUntilReady(5000))).toBe(true);
  return { world, client, skills };
}

describe('TaskClient', () => {
  it('returns the result of the agent, also when the task failed, and passes events on', async () => {
    const { world, client } = await graphWithAgent(async () => ({ success: false, outcome: 'target-lost' }));
    const events: string[] = [];
    const result = await settle(
      world,
      client.runTask('put the apple in the bowl', {
        onEvent: (event) => events.push(`${event.kind}: ${event.text}`),
      }),
    );
    expect(result).toMatchObject({ success: false, outcome: 'target-lost' });
    expect(events).toEqual(['plan: put the apple in the bowl']);
  });

  it('cancels the task when its signal aborts', async () => {
    const { world, client } = await graphWithAgent(
      (_agent, _instruction, cancelled) =>
        new Promise((resolve) => {
          cancelled.addEventListener('abort', () => resolve({ success: false, outcome: 'cancelled' }));
        }),
    );
    const controller = new AbortController();
    const result = client.runTask('tidy', { signal: controller.signal, onEvent: () => controller.abort() });
    expect(await settle(world, result)).toMatchObject({ outcome: 'cancelled' });
  });

  it('answers a question of the agent with what the caller says', async () => {
    const answers = Promise.withResolvers<string>();
    const { world, client } = await graphWithAgent(async (agent) => {
      agent.createService('efferent_interfaces/srv/AnswerQuestion', '/agent/answer', (request) => {
        answers.resolve(`${request.question_id} ${request.answer}`);
        return { accepted: true };
      });
      agent
        .createPublisher('efferent_interfaces/msg/Question', '/agent/question', qosProfiles.latched)
        .publish({ id: 'q1', text: 'Which mug?', choices: ['red', 'blue'] });
      return { success: true, outcome: await answers.promise };
    });
    const result = client.runTask('bring the mug', {
      onQuestion: async ({ choices }) => choices[1] as string,
    });
    expect(await settle(world, result)).toMatchObject({ outcome: 'q1 blue' });
  });

  it('completes the argument of a skill with what is believed of the object', async () => {
    const { world, client, skills } = await graphWithAgent(async () => ({
      success: true,
      outcome: 'success',
    }));
    await settle(world, client.executeSkill('pick', { object: 'apple-1' }));
    expect(JSON.parse(skills[0] as string)).toMatchObject([
      {
        name: 'object',
        value: 'apple-1',
        object_class: 'apple',
        pose: { pose: { position: { x: 1, y: 2 } } },
      },
    ]);
  });
});
