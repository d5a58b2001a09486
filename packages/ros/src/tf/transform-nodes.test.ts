import { describe, expect, it, onTestFinished } from 'vitest';
import { createLockstep } from '../lockstep.ts';
import { stampFromNs } from '../stamp.ts';
import { createTransformBroadcaster, TransformListener } from './transform-nodes.ts';

const msNs = 1_000_000n;

async function graph() {
  const lockstep = createLockstep({ logSink: () => undefined });
  onTestFinished(() => lockstep.shutdown());
  const node = await lockstep.context.createNode('listener');
  const listener = new TransformListener(node);
  const broadcaster = createTransformBroadcaster(node);
  const startNs = lockstep.clock.nowNs();
  const at = (ms: number) => startNs + BigInt(ms) * msNs;
  return {
    listener,
    at,
    advanceTo: (ms: number) => lockstep.advanceTo(at(ms)),
    /** Says where the camera was at a time. */
    send: (ms: number) =>
      broadcaster.send([
        { header: { stamp: stampFromNs(at(ms)), frame_id: 'base' }, child_frame_id: 'camera' },
      ]),
  };
}

describe('TransformListener.whenKnown', () => {
  it('calls back at once when the transform is known', async () => {
    const { listener, at, send, advanceTo } = await graph();
    send(0);
    send(10);
    await advanceTo(20);
    let calls = 0;
    listener.whenKnown([['base', 'camera']], at(5), () => calls++);
    expect(calls).toBe(1);
  });

  it('waits for /tf to catch up with a message that was faster, and calls back once', async () => {
    const { listener, at, send, advanceTo } = await graph();
    send(0);
    await advanceTo(12);
    let calls = 0;
    listener.whenKnown([['base', 'camera']], at(11), () => calls++);
    send(10);
    await advanceTo(13);
    expect(calls).toBe(0);
    send(20);
    await advanceTo(25);
    send(30);
    await advanceTo(35);
    expect(calls).toBe(1);
  });

  it('gives up after half a second', async () => {
    const { listener, at, send, advanceTo } = await graph();
    send(0);
    await advanceTo(1);
    let calls = 0;
    listener.whenKnown([['base', 'camera']], at(600), () => calls++);
    await advanceTo(510);
    send(550);
    await advanceTo(700);
    send(700);
    await advanceTo(750);
    expect(calls).toBe(0);
  });
});
