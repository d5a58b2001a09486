import { ConfigurationError } from '@efferent/core';
import type {
  Belief,
  ExecuteSkillOptions,
  RunTaskOptions,
  SkillResult,
  TaskClient,
  TaskEvent,
  TaskResult,
} from './task-client.ts';

/** Follows what a script does. */
export interface ScriptObserver {
  onInstruction?(instruction: string): void;
  onEvent?(event: TaskEvent): void;
  onResult?(result: TaskResult): void;
}

let connected: { readonly client: TaskClient; readonly observer: ScriptObserver } | undefined;
let called = Promise.withResolvers<void>();

/**
 * Gives the functions below their robot. One process runs one script, so that a script needs no session object.
 *
 * @returns what takes it away again
 */
export function connectScript(client: TaskClient, observer: ScriptObserver): () => void {
  connected = { client, observer };
  called = Promise.withResolvers<void>();
  return () => {
    connected = undefined;
  };
}

/** Resolves when the connected script calls one of the functions below for the first time. */
export function firstCall(): Promise<void> {
  return called.promise;
}

/**
 * Has the agent carry out an instruction in plain English.
 *
 * @returns the agent's result: `success`, `outcome`, `message`, counts and times; a failed task does not throw
 */
export async function runTask(instruction: string, options: RunTaskOptions = {}): Promise<TaskResult> {
  const { client, observer } = connection();
  observer.onInstruction?.(instruction);
  const result = await client.runTask(instruction, {
    ...options,
    onEvent: (event) => {
      observer.onEvent?.(event);
      options.onEvent?.(event);
    },
  });
  observer.onResult?.(result);
  return result;
}

/**
 * Says something to the robot as a person would; while a task runs the words may change it ("no, the other mug"), follow it
 * ("then ...") or end it ("never mind").
 *
 * @returns what became of it: `outcome` is `amended` at once when another task was changed; a task of its own ends first
 */
export function say(words: string, options: Omit<RunTaskOptions, 'whenBusy'> = {}): Promise<TaskResult> {
  return runTask(words, { ...options, whenBusy: 'as-said' });
}

/** Returns what the agent believes now: objects with pose and confidence, furniture with state, robots. */
export async function observe(): Promise<Belief> {
  return connection().client.observe();
}

/**
 * Has the robot carry out one skill.
 *
 * @param skill - e.g. `pick`
 * @param values - its arguments by name, e.g. `{ object: 'apple-1' }`; ids are those of {@link observe}
 */
export async function executeSkill(
  skill: string,
  values: Readonly<Record<string, string | number>> = {},
  options: ExecuteSkillOptions = {},
): Promise<SkillResult> {
  return connection().client.executeSkill(skill, values, options);
}

function connection() {
  if (connected === undefined)
    throw new ConfigurationError({
      code: 'not-connected',
      message: 'a task script runs under "npx efferent script FILE", which connects it to a robot',
    });
  called.resolve();
  return connected;
}
