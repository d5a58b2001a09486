import { MiddlewareError } from '@efferent/core';
import { joinGraph } from '@efferent/runtime';
import { Conversation } from './conversation.ts';
import { runUntilSignal } from './signals.ts';
import { TaskPrinter } from './task-printer.ts';
import { Terminal } from './terminal.ts';

interface RunOptions {
  readonly robot: string;
  readonly planner?: string;
  readonly without?: string;
  readonly middleware: string;
  readonly json?: boolean;
}

/** `efferent run`: one instruction for a system that runs already. */
export async function runInstruction(instruction: string, options: RunOptions): Promise<void> {
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
      const printer = new TaskPrinter(terminal);
      terminal.line(`> ${instruction}`);
      const result = await graph.client.runTask(instruction, {
        ...(options.planner === undefined ? {} : { planner: options.planner }),
        ...(options.without === undefined ? {} : { without: options.without }),
        signal,
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
