import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from './program.ts';

function parse(...words: string[]) {
  const program = createProgram();
  const said: string[] = [];
  for (const command of [program, ...program.commands, ...program.commands.flatMap((each) => each.commands)])
    command
      .configureOutput({ writeErr: (text) => said.push(text), writeOut: (text) => said.push(text) })
      .exitOverride();
  return { run: () => program.parseAsync(words, { from: 'user' }), said };
}

describe('the command line', () => {
  it.each([
    [['start', '--seed', 'abc'], 'Give a whole number.'],
    [['start', '--middleware', 'zeromq'], 'Allowed choices are auto, rclnodejs, cyclonedds, inproc.'],
    [['start', '--fast'], "unknown option '--fast'"],
    [['fly'], "unknown command 'fly'"],
    [['model', 'serve', '--model', 'gpt'], 'Allowed choices are reasoner, reasoner-noisy.'],
    [['model', 'serve', '--error-rate', '2'], 'Give a number from 0 to 1.'],
    [['run'], "missing required argument 'instruction'"],
    [['bench', 'tasks', '--shard', '4/4'], 'Give i/n with i from 0 to n - 1'],
  ])('refuses %j and says what would be right', async (words, message) => {
    const { run, said } = parse(...words);
    await expect(run()).rejects.toThrow(CommanderError);
    expect(said.join('')).toContain(message);
  });

  it('refuses a suite that does not exist by the names of those that do', async () => {
    await expect(parse('bench', 'speed').run()).rejects.toThrow(
      'there is no suite "speed"; there are: tasks, policy',
    );
  });

  it('refuses a data set that does not exist by the names of those that do', async () => {
    await expect(parse('emg', 'eval', '.', '--dataset', 'ninapro').run()).rejects.toThrow(
      'data set: got "ninapro", expected one of flexwear, hyser, capgmyo',
    );
  });

  it('refuses a gesture mapping that does not exist before anything is started', async () => {
    await expect(parse('emg', 'demo', '--mapping', 'stretch-six').run()).rejects.toThrow(
      /stretch-six: .*expected a gesture mapping/,
    );
    const { run, said } = parse('emg', 'demo', '--source', 'myo');
    await expect(run()).rejects.toThrow(CommanderError);
    expect(said.join('')).toContain('Allowed choices are synthetic, sessantaquattro, quattrocento.');
  });

  it('refuses an argument of a launch file that is no name:=value', async () => {
    await expect(parse('launch', 'a.launch.xml', 'seed=7').run()).rejects.toThrow('write name:=value');
  });
});
