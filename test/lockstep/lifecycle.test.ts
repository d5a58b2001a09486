import type { Client, RosNode } from '@efferent/ros';
import { type LockstepGraph, startLockstepGraph } from '@efferent/runtime/simulation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('a managed node of the kitchen', () => {
  let graph: LockstepGraph;
  let node: RosNode;
  let speedMps = 0;

  beforeAll(async () => {
    graph = await startLockstepGraph({ scene: 'kitchen', robot: 'stretch', seed: 1 });
    node = await graph.createNode('operator');
    node.createSubscription('nav_msgs/msg/Odometry', '/stretch/odom', {}, ({ twist }) => {
      speedMps = Math.abs(twist.twist.linear.x);
    });
  });
  afterAll(() => graph?.stop());

  const clients = new Map<string, Client<'lifecycle_msgs/srv/ChangeState'>>();
  async function change(name: string, label: string): Promise<boolean> {
    const service = `${name}/change_state`;
    const client = clients.get(service) ?? node.createClient('lifecycle_msgs/srv/ChangeState', service);
    clients.set(service, client);
    const call = client.sendRequestAsync({ transition: { label } }, { timeoutMs: 20_000 });
    return (await graph.runUntilSettled(call, 30)).success;
  }
  /** Sends the robot somewhere, and lets time pass until it drives. */
  async function startDriving(place: string) {
    const ended = graph.client.executeSkill('navigate', { target: place }).then(
      (result) => result,
      (error: unknown) => error as Error,
    );
    for (let i = 0; i < 100 && speedMps < 0.1; i++) await graph.advance(0.1);
    expect(speedMps).toBeGreaterThan(0.1);
    return { ended: () => graph.runUntilSettled(ended, 30) };
  }

  it.each([
    ['skills', 'stopped', 'the skill server was deactivated'],
    ['navigation', 'blocked', 'navigation was deactivated'],
    ['gate', 'stopped', 'the gate was deactivated'],
  ])(
    '%s: deactivated, the robot stands still and the skill says why; activated, it drives again',
    async (name, code, reason) => {
      const drive = await startDriving(name === 'navigation' ? 'fridge' : 'counter');
      expect(await change(`/stretch/${name}`, 'deactivate')).toBe(true);
      await graph.advance(0.3);
      expect(speedMps).toBeLessThan(1e-3);
      expect(await drive.ended()).toMatchObject({
        success: false,
        failure_code: code,
        message: expect.stringContaining(reason),
      });
      expect(await change(`/stretch/${name}`, 'activate')).toBe(true);
      const again = await graph.runUntilSettled(
        graph.client.executeSkill('navigate', { target: 'home' }),
        120,
      );
      expect(again).toMatchObject({ success: true });
    },
  );

  it('a goal for a node that is not active fails with the reason and what helps', async () => {
    expect(await change('/stretch/skills', 'deactivate')).toBe(true);
    const refused = graph.client.executeSkill('navigate', { target: 'counter' });
    await expect(graph.runUntilSettled(refused, 10)).rejects.toThrow(
      'its node /stretch/skills is inactive: npx efferent lifecycle set /stretch/skills activate',
    );
    const task = await graph.runUntilSettled(graph.client.runTask('go to the fridge'), 60);
    expect(task).toMatchObject({ success: false });
    expect(await change('/stretch/skills', 'activate')).toBe(true);
  });

  it('the agent, deactivated, ends its task as cancelled; cleaned up and configured again, it works', async () => {
    const task = graph.client.runTask('go to the fridge');
    await graph.advance(3);
    expect(await change('/agent', 'deactivate')).toBe(true);
    expect(await graph.runUntilSettled(task, 10)).toMatchObject({ outcome: 'cancelled' });
    for (const step of ['cleanup', 'configure', 'activate']) expect(await change('/agent', step)).toBe(true);
    const again = await graph.runUntilSettled(graph.client.runTask('go to the fridge'), 120);
    expect(again).toMatchObject({ success: true });
  });
});
