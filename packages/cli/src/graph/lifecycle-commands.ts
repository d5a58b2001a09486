import { ConfigurationError } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import type { RosNode } from '@efferent/ros';
import { absolute, type GraphOptions, isHidden, print, withGraph } from './graph-session.ts';
import { nodeNames, requireNode } from './node-commands.ts';
import { callService } from './service-commands.ts';

type TransitionDescription = MessageTypes['lifecycle_msgs/msg/TransitionDescription'];

/** `efferent lifecycle nodes`: those with a managed lifecycle. */
export const lifecycleNodes = (
  options: GraphOptions & { readonly all?: boolean; readonly countNodes?: boolean },
) =>
  withGraph(options, async (node) => {
    const names = managedNodes(node, options.all === true);
    if (options.countNodes === true) print(String(names.length));
    else for (const name of names) print(name);
  });

/** `efferent lifecycle get`: the state of one node, or of all with their names before it. */
export const lifecycleGet = (given: string | undefined, options: GraphOptions) =>
  withGraph(options, async (node) => {
    const names = given === undefined ? managedNodes(node, false) : [requireManaged(node, given)];
    for (const name of names) {
      const { current_state } = await callService(
        node,
        'lifecycle_msgs/srv/GetState',
        `${name}/get_state`,
        {},
      );
      const prefix = given === undefined ? `${name}: ` : '';
      print(`${prefix}${current_state.label} [${current_state.id}]`);
    }
  });

/** `efferent lifecycle list`: transitions that are possible now, or all that there are. */
export const lifecycleList = (given: string, options: GraphOptions & { readonly all?: boolean }) =>
  withGraph(options, async (node) => {
    const name = requireManaged(node, given);
    const service = options.all === true ? 'get_transition_graph' : 'get_available_transitions';
    for (const { transition, start_state, goal_state } of await transitionsOf(node, name, service))
      print(
        `- ${transition.label} [${transition.id}]\n\tStart: ${start_state.label}\n\tGoal: ${goal_state.label}`,
      );
  });

/** `efferent lifecycle set`: goes along a transition, given by its name or number. */
export const lifecycleSet = (given: string, wanted: string, options: GraphOptions) =>
  withGraph(options, async (node) => {
    const name = requireManaged(node, given);
    const transitions = (await transitionsOf(node, name, 'get_available_transitions')).map(
      ({ transition }) => transition,
    );
    const transition =
      transitions.find(({ label }) => label === wanted) ??
      transitions.find(({ id }) => String(id) === wanted);
    if (transition === undefined)
      throw new ConfigurationError({
        code: 'unknown-transition',
        message: `Unknown transition requested, available ones are:${transitions.map(({ label, id }) => `\n- ${label} [${id}]`).join('')}`,
      });
    const { success } = await callService(node, 'lifecycle_msgs/srv/ChangeState', `${name}/change_state`, {
      transition,
    });
    print(success ? 'Transitioning successful' : 'Transitioning failed');
    if (!success) process.exitCode = 1;
  });

function managedNodes(node: RosNode, withHidden: boolean): readonly string[] {
  const states = new Set(
    node
      .getServiceNamesAndTypes()
      .filter(({ types }) => types.includes('lifecycle_msgs/srv/GetState'))
      .map(({ name }) => name),
  );
  return nodeNames(node).filter((name) => (withHidden || !isHidden(name)) && states.has(`${name}/get_state`));
}

/** @throws {@link MiddlewareError} code `not-on-the-graph`, {@link ConfigurationError} code `not-managed` */
function requireManaged(node: RosNode, given: string): string {
  const name = absolute(given);
  requireNode(node, name);
  const managed = managedNodes(node, true);
  if (managed.includes(name)) return name;
  throw new ConfigurationError({
    code: 'not-managed',
    message: `${name} has no managed lifecycle; these have: ${managed.join(', ') || 'none'}`,
  });
}

async function transitionsOf(
  node: RosNode,
  name: string,
  service: 'get_available_transitions' | 'get_transition_graph',
): Promise<readonly TransitionDescription[]> {
  const type = 'lifecycle_msgs/srv/GetAvailableTransitions';
  return (await callService(node, type, `${name}/${service}`, {})).available_transitions;
}
