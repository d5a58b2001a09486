import { repositoryFolder, startLockstepGraph, type TaskResult } from '@efferent/runtime';
import { JudgeClient } from '@efferent/runtime/simulation';
import { loadScene } from '@efferent/sim';
import { expect, it } from 'vitest';

it('in the full simulation "no, the other mug" stops the grasp and brings the other mug into the hand', async () => {
  const graph = await startLockstepGraph({ scene: 'kitchen', robot: 'stretch', seed: 1004 });
  try {
    const judge = new JudgeClient(
      await graph.createNode('efferent_judge'),
      loadScene([repositoryFolder], 'kitchen'),
    );
    await graph.runUntilSettled(judge.waitUntilReady(5000), 6);
    let said: Promise<TaskResult> | undefined;
    const events: string[] = [];
    const task = graph.client.runTask('pick up the red mug', {
      onEvent: ({ kind, text, detail }) => {
        events.push(`${kind}: ${text} | ${detail}`);
        if (kind === 'step-start' && text.includes('pick'))
          said ??= graph.client.runTask('no, the other mug', { whenBusy: 'as-said' });
      },
    });
    const result = await graph.runUntilSettled(task, 400);
    expect(result, events.join('\n')).toMatchObject({ success: true, message: 'I hold the blue mug' });
    expect(await said).toMatchObject({
      outcome: 'amended',
      message: 'changed: the other mug instead of the red mug',
    });
    const states = await graph.runUntilSettled(judge.entityStates(), 10);
    expect(states.filter((state) => state.isHeld).map((state) => state.id)).toEqual(['blue-mug']);
  } finally {
    await graph.stop();
  }
});
