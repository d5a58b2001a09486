import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryFolder } from '@efferent/runtime';
import { expect, it } from 'vitest';

interface Report {
  readonly figures: readonly { readonly name: string; readonly value: number }[];
}

it('a person presses the light switch by hand: forearm, decoder, gesture control, gate and simulated robot', async () => {
  const command =
    'bench emg --suite tasks --control direct --tasks emg-press-switch --episodes 1 --seed 1000 --json';
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(repositoryFolder, 'packages', 'cli', 'bin', 'efferent.mjs'), ...command.split(' ')],
    { cwd: repositoryFolder, timeout: 240_000 },
  );
  const { figures } = JSON.parse(stdout) as Report;
  const figure = (name: string) => figures.find((each) => each.name === name)?.value;
  expect(figure('direct-success-rate')).toBe(1);
  expect(figure('direct-person-contact-rate')).toBe(0);
  // To drive there, turn, lift, unfold the wrist, reach and draw back takes some.
  expect(figure('direct-gestures')).toBeGreaterThan(8);
});
