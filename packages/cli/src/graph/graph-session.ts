import { ConfigurationError, ContractError, MiddlewareError, parseYaml, pause } from '@efferent/core';
import { interfaceRegistry, messageFromPlain } from '@efferent/interfaces';
import { loadAmentInterfaces } from '@efferent/interfaces/node';
import { createContext, parseRosArguments, type RosNode, type stampFromNs } from '@efferent/ros';
import { selectMiddleware } from '@efferent/runtime';
import { runUntilSignal } from '../signals.ts';
import { withTimes } from './message-times.ts';

export interface GraphOptions {
  readonly middleware: string;
  /** Takes the time of `/clock`. */
  readonly useSimTime?: boolean;
  /** Looks at the graph for no less than so long, s. */
  readonly spinTime?: number;
  /** What the node of the command is called; hidden without it. */
  readonly nodeName?: string;
}

/** What lists of names may be asked for. */
export interface ListOptions extends GraphOptions {
  readonly types?: boolean;
  /** Only how many there are. */
  readonly count?: boolean;
  readonly hidden?: boolean;
}

interface Named {
  readonly name: string;
  readonly types: readonly string[];
}

/** Sorts what is to be shown: all, or what is not of the middleware. */
export const shown = (entries: readonly Named[], options: ListOptions): readonly Named[] =>
  entries
    .filter(({ name }) => options.hidden === true || !isHidden(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** Prints names, with types or not, or how many there are. */
export function printNames(
  entries: readonly Named[],
  {
    types,
    count,
  }:
    | Partial<Pick<ListOptions, 'types' | 'count'>>
    | { readonly types?: undefined; readonly count: boolean | undefined },
): void {
  if (count === true) print(String(entries.length));
  else
    for (const entry of entries)
      print(types === true ? `${entry.name} [${entry.types.join(', ')}]` : entry.name);
}

/** Discovery counts as done when nothing new came for so long, and after the longest wait in any case, ms. */
const quietMs = 300;
const longestMs = 2500;
const pollMs = 50;

/**
 * Runs a command as one more node of the graph, hidden like those of the `ros2` command, until it ends or Ctrl-C.
 *
 * @param isSettled - what the command waits for beside a graph that no longer changes
 * @throws {@link ConfigurationError} when there is no graph to join
 */
export async function withGraph(
  options: GraphOptions,
  work: (node: RosNode, signal: AbortSignal) => Promise<void>,
  isSettled: (node: RosNode) => boolean = () => true,
): Promise<void> {
  const { middleware } = await selectMiddleware(options.middleware);
  if (middleware === 'inproc')
    throw new ConfigurationError({
      code: 'no-graph',
      message:
        'with the middleware inproc every process is a graph of its own; install Cyclone DDS ("npx efferent doctor" says how) to look into others',
    });
  await runUntilSignal(async (signal) => {
    const context = await createContext({ middleware, logSink: () => undefined });
    try {
      const words = options.useSimTime === true ? ['--ros-args', '-p', 'use_sim_time:=true'] : [];
      const { rosArguments } = parseRosArguments(words);
      const node = await context.createNode(options.nodeName ?? `_efferent_cli_${process.pid}`, {
        rosArguments,
      });
      await settle(node, isSettled, (options.spinTime ?? 0) * 1000, signal);
      await work(node, signal);
    } finally {
      await context.shutdown();
    }
  });
}

/** Waits until the graph is known, as far as one can tell. */
async function settle(
  node: RosNode,
  isSettled: (node: RosNode) => boolean,
  leastMs: number,
  signal: AbortSignal,
): Promise<void> {
  const size = () =>
    node.getTopicNamesAndTypes().length +
    node.getServiceNamesAndTypes().length +
    node.getNodeNamesAndNamespaces().length;
  let known = -1;
  let sameMs = 0;
  for (let waitedMs = 0; waitedMs < Math.max(longestMs, leastMs); waitedMs += pollMs) {
    await pause(pollMs, signal);
    const now = size();
    sameMs = now === known ? sameMs + pollMs : 0;
    known = now;
    if (waitedMs >= leastMs && sameMs >= quietMs && isSettled(node)) return;
  }
}

/** Words that begin with an underscore are of the middleware, not of people. */
export const isHidden = (name: string): boolean => name.split('/').some((word) => word.startsWith('_'));

export const absolute = (name: string): string => (name.startsWith('/') ? name : `/${name}`);

export const print = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * Makes a message of what was typed.
 *
 * @param what - what to call it, e.g. `the request`
 * @param now - what `stamp: now` and `header: auto` become; without it they are refused
 * @throws {@link ConfigurationError} naming the field, or the types that may have been meant
 */
export function messageArgument(
  yaml: string,
  type: string,
  what: string,
  now?: ReturnType<typeof stampFromNs>,
): object {
  requireInterface(type.replace(/_(Request|Goal)$/, ''));
  try {
    const value = parseYaml(yaml, what);
    return messageFromPlain(now === undefined ? value : withTimes(value, type, now), type);
  } catch (cause) {
    if (!(cause instanceof ContractError)) throw cause;
    throw new ConfigurationError({ code: cause.code, message: cause.message, fields: cause.fields, cause });
  }
}

/** Takes the definitions of sourced workspaces over the bundled ones; what joins the graph does so by itself. */
export function loadSourcedInterfaces(): void {
  const path = process.env.AMENT_PREFIX_PATH;
  if (path !== undefined && path !== '') loadAmentInterfaces(path);
}

/** Makes sure that a type is known. @throws {@link ConfigurationError} code `unknown-type`, with what may have been meant */
export function requireInterface(type: string): void {
  loadSourcedInterfaces();
  if (interfaceRegistry.has(type)) return;
  const word = type.split('/').at(-1)?.toLowerCase() ?? '';
  const near = [...interfaceRegistry.names()]
    .filter((name) => name.toLowerCase().includes(word))
    .sort((a, b) => a.length - b.length)
    .slice(0, 5);
  const hint = near.length > 0 ? `; did you mean ${near.join(', ')}?` : '';
  throw new ConfigurationError({
    code: 'unknown-type',
    message: `no interface "${type}" is known${hint}`,
    fields: { type },
  });
}

/** @throws {@link MiddlewareError} code `not-on-the-graph` */
export function notFound(what: string, name: string, known: readonly string[]): MiddlewareError {
  const near = known.filter((each) => each.includes(name.split('/').at(-1) ?? name)).slice(0, 3);
  const hint = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
  return new MiddlewareError({
    code: 'not-on-the-graph',
    message: `there is no ${what} ${name} on the graph${hint}`,
    fields: { name },
  });
}
