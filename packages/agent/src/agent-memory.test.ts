import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPriorMap } from '@efferent/robot';
import { createLockstep } from '@efferent/ros';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agentNode } from './agent-node.ts';
import { MemoryArchive } from './memory/memory-archive.ts';
import { SymbolicKitchen } from './testing/symbolic-kitchen-node.ts';

const workspace = join(import.meta.dirname, '../../..');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'efferent-memory-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Starts an agent that knows nothing but the memory's file, gives it one task, and stops it. */
async function newAgentDoes(
  instruction: string,
  prepare: (kitchen: SymbolicKitchen) => void,
): Promise<{ readonly sent: readonly string[]; readonly outcome: string; readonly log: readonly string[] }> {
  const log: string[] = [];
  const lockstep = createLockstep({ logSink: (record) => log.push(record.event) });
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    promise.then(done, done);
    await lockstep.runUntil(() => isDone, lockstep.clock.nowNs() + 1_200_000_000_000n);
    return promise;
  };
  const kitchen = new SymbolicKitchen(
    await lockstep.context.createNode('kitchen'),
    loadPriorMap([workspace], 'kitchen'),
  );
  prepare(kitchen);
  const parameters = new Map([['memory', join(folder, 'memory.db')]]);
  const node = await lockstep.context.createNode('agent', {
    rosArguments: { remaps: new Map(), parameters },
  });
  const agent = await settle(agentNode.start(node, { jobs: lockstep.jobs, workspaceFolders: [workspace] }));
  const client = await lockstep.context.createNode('client');
  const action = client.createActionClient('efferent_interfaces/action/ExecuteTask', '/agent/execute_task');
  const goal = await settle(action.sendGoal({ instruction }, { timeoutMs: 5000 }));
  const { result } = await settle(goal.getResult({ timeoutMs: 2_000_000 }));
  await settle(agent.stop());
  await lockstep.shutdown();
  return { sent: kitchen.sent, outcome: result.outcome, log };
}

const inDrawer = (kitchen: SymbolicKitchen) =>
  kitchen.add('sponge', 'sponge', [-0.2, 1.6, 0.62], [0.08, 0.05, 0.03]);

test('a new process looks first where a thing was found before, and knows what failed yesterday', async () => {
  const first = await newAgentDoes('find the sponge', inDrawer);
  expect(first.outcome).toBe('success');
  expect(first.sent[0]).not.toBe('open(right-drawer)');
  const second = await newAgentDoes('find the sponge', inDrawer);
  expect(second.sent.slice(0, 2)).toEqual(['open(right-drawer)', 'look(right-drawer)']);

  const jammed = await newAgentDoes('open the left drawer', (kitchen) => {
    for (let i = 0; i < 9; i++) kitchen.failures.push({ skill: 'open', code: 'force-limit' });
  });
  expect(jammed.outcome).not.toBe('success');
  const archive = new MemoryArchive(join(folder, 'memory.db'));
  expect(archive.search('found sponge', 5)[0]).toMatchObject({
    text: 'found the sponge in the right drawer',
  });
  expect(archive.search('left drawer force', 5).map(({ kind }) => kind)).toContain('failure');
  archive.close();
});

test('a file that is no memory is left alone, said once, and the task goes on without it', async () => {
  writeFileSync(join(folder, 'memory.db'), 'these are not the bytes of a database, by far');
  const { outcome, log } = await newAgentDoes('find the sponge', inDrawer);
  expect(outcome).toBe('success');
  expect(log.filter((line) => line === 'memory-unusable')).toHaveLength(1);
});
