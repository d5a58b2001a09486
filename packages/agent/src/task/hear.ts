import type { BeliefView } from '../belief/belief-view.ts';
import { amendCommands, withoutPronouns } from '../language/amend-commands.ts';
import type { Command } from '../language/command.ts';
import { type Correction, readNewInstruction } from '../language/new-instruction.ts';
import { speakCommands } from '../language/speak.ts';
import { wordsOf } from '../reasoner/world-words.ts';
import { refusalOf } from '../safety/unsafe-request.ts';
import type { AmendReply, Interjections } from './interjections.ts';
import { TaskEnd } from './limits.ts';

/** A task that runs or waits for its turn. */
export interface OpenTask {
  /** As it is understood, changes included. */
  instruction: string;
  readonly interjections: Interjections;
  end(reason: TaskEnd): void;
}

/** What became of something that was said. */
export type Heard =
  | {
      /** To be run as a task of its own, after those that are still open. */
      readonly kind: 'run';
      readonly how: 'started' | 'replaced' | 'queued';
      /** Empty when there is nothing to do but to put down what is held. */
      readonly instruction: string;
      /** Whether what the robot still holds then is put down first; see {@link withTidyHand}. */
      readonly tidies: boolean;
      /** What was understood, for the person. */
      readonly message: string;
    }
  | { readonly kind: 'amended' | 'stopped' | 'unclear' | 'refused'; readonly message: string };

/**
 * Does what a person's words want of the tasks that are open: ends, changes or follows them.
 *
 * @param open - in the order of their turns; the first may run
 * @param grammarOnly - false when a language model may understand what the grammar does not
 */
export function hear(said: string, open: readonly OpenTask[], view: BeliefView, grammarOnly: boolean): Heard {
  const heard = readNewInstruction(said, wordsOf(view).lexicon);
  const running = open[0];
  if (running === undefined) return hearIdle(said, heard);
  // What ends a task is done in any case; the planner refuses what is to come instead.
  const refusal = heard.kind === 'cancel' || heard.kind === 'replace' ? undefined : refusalOf(said);
  if (refusal !== undefined)
    return { kind: 'refused', message: `${refusal} I go on: ${running.instruction}.` };
  switch (heard.kind) {
    case 'cancel':
      endAll(open, new TaskEnd('cancelled', `You said "${said}".`));
      return heard.tidy ? run('replaced', '', stopped(open)) : { kind: 'stopped', message: stopped(open) };
    case 'replace':
      return replace(open, heard.instruction);
    case 'queue':
      return queue(open, heard.instruction, view);
    case 'plain':
      return open.some((task) => task.instruction === heard.instruction)
        ? { kind: 'amended', message: `I am at it already: ${heard.instruction}` }
        : queue(open, heard.instruction, view);
    case 'amend':
      return amend(open, heard.correction, said, view);
    case 'unclear':
      if (!grammarOnly) return queue(open, said, view);
      return { kind: 'unclear', message: `${heard.failure.message} I go on: ${running.instruction}.` };
  }
}

const run = (
  how: (Heard & { readonly kind: 'run' })['how'],
  instruction: string,
  message: string,
): Heard => ({ kind: 'run', how, instruction, tidies: how === 'replaced', message });

/** Nothing runs: every instruction is one of its own. */
function hearIdle(said: string, heard: ReturnType<typeof readNewInstruction>): Heard {
  switch (heard.kind) {
    case 'cancel':
      return heard.tidy
        ? run('replaced', '', 'nothing was running')
        : { kind: 'stopped', message: 'nothing was running' };
    case 'amend':
      if (heard.correction.kind === 'restated') return run('started', heard.correction.instruction, '');
      if (heard.correction.kind === 'more-commands')
        return run('started', speakCommands(heard.correction.commands), '');
      return {
        kind: 'unclear',
        message: 'Nothing runs that this could change; say the whole of what I should do.',
      };
    case 'unclear':
      // The planner says best what it cannot understand, and what it could do instead.
      return run('started', said, '');
    default:
      return run('started', heard.instruction, '');
  }
}

function replace(open: readonly OpenTask[], instruction: string): Heard {
  endAll(open, new TaskEnd('replaced', `It was replaced by "${instruction}".`));
  return run('replaced', instruction, `instead of: ${open.map((task) => task.instruction).join('; ')}`);
}

function queue(open: readonly OpenTask[], instruction: string, view: BeliefView): Heard {
  const last = commandsOf(open.at(-1)!.instruction, view) ?? [];
  const commands = commandsOf(instruction, view);
  const plain = commands === undefined ? [] : withoutPronouns(commands, last);
  const isSame =
    commands === undefined || plain === commands || speakCommands(plain) === speakCommands(commands);
  const full = isSame ? instruction : speakCommands(plain);
  return run('queued', full, `queued: ${ordinal(open.length + 1)}, after: ${open.at(-1)!.instruction}`);
}

/** What was said last is most likely what a correction is about. */
function amend(open: readonly OpenTask[], correction: Correction, said: string, view: BeliefView): Heard {
  let problem: string | undefined;
  for (const task of [...open].reverse()) {
    const reply = task.interjections.amend(correction, said) ?? amendWaiting(task, correction, view);
    if (reply.kind === 'undecided') return { kind: 'unclear', message: reply.message };
    if (reply.kind === 'amended') {
      task.instruction = reply.instruction;
      return { kind: 'amended', message: `changed: ${reply.change}` };
    }
    if (reply.kind === 'emptied') {
      task.end(new TaskEnd('cancelled', `You said "${said}".`));
      const message = stopped([task]);
      return task === open[0] && open.length === 1
        ? run('replaced', '', message)
        : { kind: 'stopped', message };
    }
    if (reply.kind === 'unclear') problem = reply.message;
  }
  if (problem === undefined && correction.kind === 'restated') return replace(open, correction.instruction);
  return {
    kind: 'unclear',
    message: `${problem ?? 'I do not know what that changes.'} I go on: ${open[0]!.instruction}.`,
  };
}

/** A task that has not begun has chosen nothing yet: only its words change. */
function amendWaiting(
  task: OpenTask,
  correction: Correction,
  view: BeliefView,
): AmendReply | { readonly kind: 'undecided'; readonly message: string } {
  const commands = commandsOf(task.instruction, view);
  if (commands === undefined) return { kind: 'unrelated' };
  const amended = amendCommands(commands, correction);
  if (correction.kind === 'other' && amended.kind === 'amended')
    return {
      kind: 'undecided',
      message: `I have chosen nothing yet for "${task.instruction}"; say which one you mean, for example "the red one".`,
    };
  if (correction.kind === 'other') return { kind: 'unrelated' };
  return amended.kind === 'amended'
    ? { kind: 'amended', instruction: speakCommands(amended.commands), change: amended.change }
    : amended;
}

function commandsOf(instruction: string, view: BeliefView): readonly Command[] | undefined {
  const parsed = wordsOf(view).commands(instruction);
  return parsed.ok ? parsed.commands : undefined;
}

function endAll(open: readonly OpenTask[], reason: TaskEnd): void {
  for (const task of open) task.end(reason);
}

const stopped = (open: readonly OpenTask[]): string =>
  `stopped: ${open.map((task) => task.instruction).join('; ')}`;

/** "2nd" of what is open and waits. */
function ordinal(position: number): string {
  const ends = new Map([
    [2, 'nd'],
    [3, 'rd'],
  ]);
  return `${position}${ends.get(position) ?? 'th'}`;
}
