import { randomBytes } from 'node:crypto';
import { ConfigurationError } from '@efferent/core';
import { launchFileFor, type System, type TaskResult } from '@efferent/runtime';
import { Conversation } from './conversation.ts';
import { type ModelOptions, modelArguments } from './model-options.ts';
import { runUntilSignal } from './signals.ts';
import { type SystemSessionOptions, startSystemSession } from './system-session.ts';
import { TaskPrinter } from './task-printer.ts';
import { Terminal } from './terminal.ts';
import { startLaunchFile } from './workspace-defaults.ts';

interface StartOptions extends SystemSessionOptions, ModelOptions {
  readonly instruction: string;
  readonly once?: boolean;
  readonly headless?: boolean;
  readonly json?: boolean;
  readonly host: string;
  readonly port: number;
}

/** `efferent start`: the whole system in one command. */
export async function runStart(options: StartOptions): Promise<void> {
  if (options.instruction.trim() === '')
    throw new ConfigurationError({
      code: 'empty-instruction',
      message: '--instruction is empty; say what the robot should do',
    });
  const terminal = new Terminal(options.json === true ? process.stderr : process.stdout);
  await runUntilSignal(async (signal) => {
    const token =
      isLoopback(options.host) || options.headless === true ? '' : randomBytes(16).toString('hex');
    const system = await startSystemSession(
      terminal,
      options.robots === undefined ? startLaunchFile() : launchFileFor(options.robots[1]),
      options,
      {
        model: options.model,
        ...modelArguments(options),
        viewer: String(options.headless !== true),
        host: options.host,
        token,
        port: String(options.port),
        stop_port: String(options.port + 1),
      },
      signal,
    );
    try {
      if (options.headless !== true) terminal.row('viewer', viewerAddress(options, token));
      terminal.line();
      await useSystem(system, options, terminal, signal);
    } finally {
      await system.stop();
    }
  });
}

async function useSystem(
  system: System,
  options: StartOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const conversation = new Conversation(terminal, signal);
  try {
    const talk = { system, conversation, terminal, signal };
    const first = carryOut(talk, options.instruction).then((result) => {
      if (options.json === true)
        process.stdout.write(`${JSON.stringify(jsonResult(options, system, result))}\n`);
      return result;
    });
    if (options.once === true) {
      process.exitCode = (await first).success ? 0 : 1;
      return;
    }
    await takeInstructions(talk, first);
    // Without a person at the terminal the viewer still takes instructions, until a signal comes.
    await Promise.race([system.ended, aborted(signal)]);
    if (signal.aborted) return;
    terminal.row('ended', 'a process that the system needs has ended; its log is in .efferent/log', {
      tone: 'bad',
    });
    process.exitCode = 1;
  } finally {
    conversation.close();
  }
}

interface Talk {
  readonly system: System;
  readonly conversation: Conversation;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Passes on what is typed, also while the robot works, until the input and the tasks have ended. */
async function takeInstructions(talk: Talk, first: Promise<TaskResult>): Promise<void> {
  const open = new Set<Promise<unknown>>();
  const broken = Promise.withResolvers<never>();
  const watch = (task: Promise<unknown>) => {
    open.add(task);
    task.then(() => {
      open.delete(task);
      if (open.size === 0) talk.conversation.prompt('What should the robot do?');
    }, broken.reject);
  };
  watch(first);
  const listen = async () => {
    for await (const instruction of talk.conversation.instructions()) watch(carryOut(talk, instruction));
    await Promise.all(open);
  };
  await Promise.race([listen(), broken.promise]);
}

async function carryOut(
  { system, conversation, terminal, signal }: Talk,
  instruction: string,
): Promise<TaskResult> {
  terminal.line(`> ${instruction}`);
  const printer = new TaskPrinter(terminal, instruction);
  const ended = system.ended.then((): never => {
    throw new Error('the system ended while the task was running');
  });
  const result = await Promise.race([
    system.client.runTask(instruction, {
      signal,
      whenBusy: 'as-said',
      onEvent: (event) => printer.onEvent(event),
      onQuestion: (question, own) => conversation.ask(question.text, question.choices, own),
    }),
    ended,
    aborted(signal).then(() => signal.throwIfAborted() as never),
  ]);
  printer.finish(result);
  terminal.line();
  return result;
}

function jsonResult(
  options: StartOptions,
  system: System,
  result: TaskResult,
): Readonly<Record<string, unknown>> {
  return {
    instruction: options.instruction,
    ...result,
    scene: options.scene,
    robot: options.robot,
    seed: options.seed,
    middleware: system.middleware,
  };
}

function viewerAddress(options: StartOptions, token: string): string {
  const query = token === '' ? '' : `?token=${token}`;
  return `http://${options.host === '0.0.0.0' ? 'localhost' : options.host}:${options.port}/${query}`;
}

const isLoopback = (host: string): boolean => ['127.0.0.1', '::1', 'localhost'].includes(host);

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
