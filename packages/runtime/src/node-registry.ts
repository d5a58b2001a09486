import { ConfigurationError } from '@efferent/core';
import type { NodeModule } from '@efferent/ros';

/** Executables of `efferent_bringup`: name to the module that is loaded when it is asked for. */
const loaders: Readonly<Record<string, () => Promise<NodeModule>>> = {
  sim: async () => (await import('@efferent/sim/sim-node')).simNode,
  gate: async () => (await import('@efferent/robot/gate-node')).gateNode,
  'state-publisher': async () => (await import('@efferent/robot/state-publisher-node')).statePublisherNode,
  controllers: async () => (await import('@efferent/robot/controllers-node')).controllersNode,
  localisation: async () => (await import('@efferent/robot/localisation-node')).localisationNode,
  navigation: async () => (await import('@efferent/robot/navigation-node')).navigationNode,
  detector: async () => (await import('@efferent/perception/detector-node')).detectorNode,
  policy: async () => (await import('@efferent/policy/policy-node')).policyNode,
  skills: async () => (await import('@efferent/skills/skill-node')).skillNode,
  agent: async () => (await import('@efferent/agent/agent-node')).agentNode,
  bridge: async () => (await import('@efferent/bridge/bridge-node')).bridgeNode,
  stop: async () => (await import('@efferent/bridge/stop-node')).stopNode,
  'emg-source': async () => (await import('@efferent/emg/emg-source-node')).emgSourceNode,
  'emg-emulator': async () => (await import('@efferent/emg/emg-emulator-node')).emgEmulatorNode,
  gesture: async () => (await import('@efferent/emg/gesture-node')).gestureNode,
  'gesture-control': async () => (await import('@efferent/emg/gesture-control-node')).gestureControlNode,
  'lsl-outlet': async () => (await import('@efferent/emg/lsl-outlet-node')).lslOutletNode,
};

/** Names of all nodes that can be started, in the order of docs/ros-graph.md. */
export const nodeNames: readonly string[] = Object.keys(loaders);

/**
 * Loads the code of a node.
 *
 * @param name - executable name, as in launch files
 * @throws {@link ConfigurationError} code `unknown-node`
 */
export async function loadNodeModule(name: string): Promise<NodeModule> {
  const load = loaders[name];
  if (load === undefined)
    throw new ConfigurationError({
      code: 'unknown-node',
      message: `there is no node "${name}"; there are: ${nodeNames.join(', ')}`,
      fields: { node: name },
    });
  return load();
}
