import { MiddlewareError } from '@efferent/core';
import { messageYaml } from '@efferent/interfaces/text';
import { type ActionTypeName, goalStatus, type RosNode } from '@efferent/ros';
import {
  absolute,
  type GraphOptions,
  type ListOptions,
  messageArgument,
  notFound,
  print,
  printNames,
  withGraph,
} from './graph-session.ts';
import { actionsAmong, nodeNames } from './node-commands.ts';

/** `efferent action list`. */
export const actionList = (options: ListOptions) =>
  withGraph(options, async (node) => printNames(actionsOf(node), options));

/** `efferent action type`. */
export const actionType = (given: string, options: GraphOptions) =>
  withGraph(options, async (node) => {
    for (const type of typesOf(node, absolute(given))) print(type);
  });

const actionsOf = (node: RosNode) =>
  [...actionsAmong(node.getServiceNamesAndTypes())].sort((a, b) => (a.name < b.name ? -1 : 1));

/** `efferent action info`: who serves an action, and who calls it. */
export const actionInfo = (
  given: string,
  options: GraphOptions & { readonly types?: boolean; readonly count?: boolean },
) =>
  withGraph(options, async (node) => {
    const name = absolute(given);
    const types = typesOf(node, name);
    const suffix = options.types === true ? ` [${types.join(', ')}]` : '';
    const having = (list: 'getClientNamesAndTypesByNode' | 'getServiceNamesAndTypesByNode') =>
      nodeNames(node).filter((fullName) => {
        const cut = fullName.lastIndexOf('/');
        const found = node[list](fullName.slice(cut + 1), cut === 0 ? '/' : fullName.slice(0, cut));
        return actionsAmong(found).some((action) => action.name === name);
      });
    const [clients, servers] = [
      having('getClientNamesAndTypesByNode'),
      having('getServiceNamesAndTypesByNode'),
    ];
    print(`Action: ${name}`);
    print(`Action clients: ${clients.length}`);
    if (options.count !== true) for (const each of clients) print(`    ${each}${suffix}`);
    print(`Action servers: ${servers.length}`);
    if (options.count !== true) for (const each of servers) print(`    ${each}${suffix}`);
  });

/** @throws {@link MiddlewareError} code `not-on-the-graph` */
function typesOf(node: RosNode, name: string): readonly string[] {
  const actions = actionsOf(node);
  const types = actions.find((each) => each.name === name)?.types;
  if (types !== undefined) return types;
  throw notFound(
    'action',
    name,
    actions.map((each) => each.name),
  );
}

export interface SendGoalOptions extends GraphOptions {
  readonly feedback?: boolean;
  /** For the server, the answer and the result, s. */
  readonly timeout: number;
}

const statusNames = Object.fromEntries(
  Object.entries(goalStatus).map(([name, code]) => [code, name.toUpperCase()]),
);
const serverWaitMs = 10_000;

/** `efferent action send_goal`: a goal given as YAML, its feedback and its result; Ctrl-C cancels it. */
export async function actionSendGoal(
  given: string,
  type: string,
  yaml: string | undefined,
  options: SendGoalOptions,
): Promise<void> {
  const goal = messageArgument(yaml ?? '{}', `${type}_Goal`, 'the goal');
  const name = absolute(given);
  const timeoutMs = options.timeout * 1000;
  await withGraph(options, async (node, signal) => {
    const client = node.createActionClient(type as ActionTypeName, name);
    print('Waiting for an action server to become available...');
    if (!(await client.waitForServer(Math.min(timeoutMs, serverWaitMs))))
      throw new MiddlewareError({
        code: 'timeout',
        message: `no server of ${name} with type ${type} came within ${Math.min(timeoutMs, serverWaitMs) / 1000} s`,
      });
    print(`Sending goal:\n${indented(messageYaml(goal, `${type}_Goal`))}\n`);
    const handle = await client.sendGoal(goal as never, {
      timeoutMs: serverWaitMs,
      ...(options.feedback === true
        ? {
            onFeedback: (feedback: object) =>
              print(`Feedback:\n${indented(messageYaml(feedback, `${type}_Feedback`))}\n`),
          }
        : {}),
    });
    if (!handle.accepted) {
      print('Goal was rejected.');
      process.exitCode = 1;
      return;
    }
    print(`Goal accepted with ID: ${handle.goalId}\n`);
    const cancel = () => {
      print('Canceling goal...');
      void handle.cancelGoal({ timeoutMs: serverWaitMs }).catch(() => undefined);
    };
    signal.addEventListener('abort', cancel, { once: true });
    const { status, result } = await handle.getResult({ timeoutMs });
    signal.removeEventListener('abort', cancel);
    print(`Result:\n${indented(messageYaml(result, `${type}_Result`))}\n`);
    print(`Goal finished with status: ${statusNames[status] ?? status}`);
    if (status !== goalStatus.succeeded) process.exitCode = 1;
  });
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
