import { MiddlewareError } from '@efferent/core';
import { joinGraph, type RunTaskOptions } from '@efferent/runtime';
import { Conversation } from './conversation.ts';
import { runUntilSignal } from './signals.ts';
import { TaskPrinter } from './task-printer.ts';
import { Terminal } from './terminal.ts';

interface SayOptions {
  readonly robot: string;
  readonly planner?: string;
  readonly without?: string;
  readonly middleware: string;
  readonly json?: boolean;
}

type WhenBusy = NonNullable<RunTaskOptions['whenBusy']>;

/** `efferent run`: one instruction for a system that runs already; it replaces what runs. */
export const runInstruction = (instruction: string, options: SayOptions): Promise<void> =>
  send(instruction, 'replace', options);

/** `efferent say`: the words decide what becomes of what runs. */
export const say = (words: string, options: SayOptions): Promise<void> => send(words, 'as-said', options);

async function send(instruction: string, whenBusy: WhenBusy, options: SayOptions): Promise<void> {
  const terminal = new Terminal(options.json === true ? process.stderr : process.stdout);
  await runUntilSignal(async (signal) => {
    const graph = await joinGraph({ middleware: options.middleware, robot: options.robot });
    const conversation = new Conversation(terminal, signal);
    try {
      if (!(await graph.client.waitUntilReady(5000)))
        throw new MiddlewareError({
          code: 'no-agent',
          message: `no agent answers on ${graph.description}; start one with "npm start" or "npx efferent launch launch/kitchen.launch.xml"`,
        });
      const printer = new TaskPrinter(terminal, instruction);
      terminal.line(`> ${instruction}`);
      const result = await graph.client.runTask(instruction, {
        ...(options.planner === undefined ? {} : { planner: options.planner }),
        ...(options.without === undefined ? {} : { without: options.without }),
        signal,
        whenBusy,
        onEvent: (event) => printer.onEvent(event),
        onQuestion: (question, own) => conversation.ask(question.text, question.choices, own),
      });
      printer.finish(result);
      if (options.json === true) process.stdout.write(`${JSON.stringify({ instruction, ...result })}\n`);
      process.exitCode = result.success ? 0 : 1;
    } finally {
      conversation.close();
      await graph.close();
    }
  });
}
