import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecOf } from '@efferent/interfaces';
import { openBag } from '@efferent/recorder';
import { createContext } from '@efferent/ros';
import { repositoryFolder } from '@efferent/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requires } from '../support/requirement.ts';

requires('dds', 'ownMounts');
const messageBytes = 50_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'efferent-full-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a recording that fills the disk ends with a clear error and leaves a bag that reads', async () => {
  const ros = await createContext({ middleware: 'cyclonedds', logSink: () => undefined });
  const node = await ros.createNode('noise');
  const publisher = node.createPublisher('std_msgs/msg/UInt8MultiArray', '/noise');
  let next = 0;
  const timer = node.createTimer(10_000_000n, () => {
    if (publisher.subscriptionCount === 0) return;
    const data = new Uint8Array(messageBytes).fill(next++);
    publisher.publish({ data });
  });
  // A disk of 4 MB in a mount namespace of its own, which goes with the recorder.
  const main = join(repositoryFolder, 'packages/cli/src/main.ts');
  const record = `"${process.execPath}" "${main}" bag record /noise -o disk/bag --compression none`;
  const script = `mkdir disk && mount -t tmpfs -o size=4m none disk && { ${record}; code=$?; cp -r disk/bag kept; exit $code; }`;
  const recorder = spawn('unshare', ['--mount', 'sh', '-c', script], { cwd: folder, stdio: 'pipe' });
  recorder.stdout.resume();
  let said = '';
  recorder.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(recorder, 'close');
  timer.cancel();
  await ros.shutdown();

  expect(said).toMatch(/recording ended early: .*no space left on device.*disk\/bag holds what was written/i);
  expect(code).toBe(1);
  const dropped = Number(/dropped (\d+) of \/noise: the disk did not take them/.exec(said)?.[1]);
  const bag = await openBag(join(folder, 'kept'));
  const codec = codecOf('std_msgs/msg/UInt8MultiArray');
  const numbers: number[] = [];
  for await (const { data } of bag.messages())
    numbers.push((codec.decode(data) as { data: Uint8Array }).data[0]!);
  await bag.close();
  // 4 MB less a chunk or two, and nothing missing between the first message and the last.
  expect(numbers.length).toBe(bag.summary.messageCount);
  expect(numbers.length).toBeGreaterThan(30);
  expect(numbers).toEqual(numbers.map((_, i) => (numbers[0]! + i) % 256));
  expect(dropped).toBeGreaterThan(0);
});
