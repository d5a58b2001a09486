import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { TaskPrinter } from './task-printer.ts';
import { Terminal } from './terminal.ts';

function capture(
  stream: { isTTY?: boolean; columns?: number } = {},
  environment: Record<string, string> = {},
) {
  const output = Object.assign(new PassThrough(), stream);
  const terminal = new Terminal(output, environment);
  return { terminal, text: () => (output.read() as Buffer | null)?.toString() ?? '' };
}

const event = (kind: string, text: string, more = {}) => ({
  kind,
  text,
  sub_goal_id: '1',
  detail: '',
  feasibility: Number.NaN,
  elapsed_s: 0,
  ...more,
});

describe('Terminal', () => {
  it('prints aligned plain rows on a pipe, and no live lines', () => {
    const { terminal, text } = capture();
    terminal.live('nodes', 'starting');
    terminal.row('scene', 'kitchen', { tone: 'good' });
    expect(text()).toBe('  scene                   kitchen\n');
  });

  it('colours on a terminal, unless NO_COLOR is set', () => {
    const coloured = capture({ isTTY: true });
    coloured.terminal.row('done', 'all', { tone: 'good' });
    expect(coloured.text()).toContain('\u001b[32m');
    const plain = capture({ isTTY: true }, { NO_COLOR: '1' });
    plain.terminal.row('done', 'all', { tone: 'good' });
    expect(plain.text()).not.toContain('\u001b[3');
  });

  it('replaces a live line by the next row', () => {
    const { terminal, text } = capture({ isTTY: true }, { NO_COLOR: '1' });
    terminal.live('nodes', 'gate is up');
    terminal.row('nodes', 'all up');
    expect(text()).toContain('\r\u001b[2K  nodes                   all up\n');
  });

  it('cuts a long text on a narrow terminal, never its figures', () => {
    const { terminal, text } = capture({ isTTY: true, columns: 60 }, { NO_COLOR: '1' });
    terminal.row('nodes', 'x'.repeat(100), { right: '7 up in 1.9 s' });
    const line = text();
    expect(line).toMatch(/x… {2}7 up in 1\.9 s\n$/);
    expect(line.length).toBeLessThanOrEqual(61);
  });
});

describe('a long text without figures', () => {
  const sentence = 'I do not know how to fly. I can find, pick and place what is on the table.';
  it('goes on in the next lines of a terminal, word by word', () => {
    const { terminal, text } = capture({ isTTY: true, columns: 60 }, { NO_COLOR: '1' });
    terminal.row('failed', sentence);
    const lines = text().trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines.every((line) => line.length <= 60)).toBe(true);
    expect(lines.map((line) => line.slice(26)).join(' ')).toBe(sentence);
  });
  it('stays one line on a pipe', () => {
    const { terminal, text } = capture({ columns: 60 });
    terminal.row('failed', sentence);
    expect(text().trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('TaskPrinter', () => {
  it('tells a task from plan to end', () => {
    const { terminal, text } = capture();
    const printer = new TaskPrinter(terminal);
    printer.onEvent(event('plan', '1 pick apple   2 place apple in bowl', { detail: 'reasoner, 3 ms' }));
    printer.onEvent(event('step-start', 'pick apple'));
    printer.onEvent(event('replan', 'the bowl moved 0.31 m'));
    printer.finish({
      success: false,
      outcome: 'target-lost',
      message: 'I lost the apple',
      task_id: 't',
      goal_condition_success: 0,
      skills: 1,
      replans: 1,
      model_calls: 1,
      tokens: 0,
      elapsed_s: 19.34,
    });
    const lines = text().split('\n');
    expect(lines[0]).toMatch(/^ {2}plan {20}1 pick apple {3}2 place apple in bowl +reasoner, 3 ms$/);
    expect(lines[1]).toBe('  replan                  the bowl moved 0.31 m');
    expect(lines[2]).toBe(
      '  failed                  I lost the apple (target-lost) · 1 skill, 1 replan, 19.3 s',
    );
  });
  it('says what a task is about that had to wait, once, when its turn comes', () => {
    const { terminal, text } = capture();
    const printer = new TaskPrinter(terminal, 'bring me the mug');
    printer.onEvent(event('heard', '2nd, after: open the fridge', { detail: 'queued' }));
    printer.onEvent(event('plan', '1 find mug'));
    printer.onEvent(event('plan', '1 pick mug'));
    expect(text().trimEnd().split('\n')).toEqual([
      '  queued                  2nd, after: open the fridge',
      '  now                     bring me the mug',
      '  plan                    1 find mug',
      '  plan                    1 pick mug',
    ]);
  });
});
