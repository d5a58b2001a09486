import { serveParameters } from './parameter-services.ts';
import { parameterMessage } from './parameter-values.ts';
import { type DeclaredParameter, type ParameterOverride, ParameterStore } from './parameters.ts';
import type { RosNode } from './port.ts';
import { qosProfiles } from './qos.ts';
import { stampFromNs } from './stamp.ts';

type Change = { readonly parameters: readonly DeclaredParameter[]; readonly isNew: boolean };

/** The parameters of a node, announced on `/parameter_events` as soon as the node can publish. */
export class NodeParameters {
  readonly store: ParameterStore;
  readonly #unpublished: Change[] = [];
  #publish = (change: Change): void => void this.#unpublished.push(change);

  constructor(fullName: string, overrides: ReadonlyMap<string, ParameterOverride>) {
    this.store = new ParameterStore(fullName, overrides, (parameters, isNew) =>
      this.#publish({ parameters, isNew }),
    );
  }

  /** Announces changes, those until now first, and serves the parameter services. */
  serve(node: RosNode, fullName: string): void {
    const events = node.createPublisher(
      'rcl_interfaces/msg/ParameterEvent',
      '/parameter_events',
      qosProfiles.parameterEvents,
    );
    this.#publish = ({ parameters, isNew }) => {
      const messages = parameters.map(({ name, value, type }) => ({
        name,
        value: parameterMessage(value, type),
      }));
      events.publish({
        stamp: stampFromNs(node.clock.nowNs()),
        node: fullName,
        [isNew ? 'new_parameters' : 'changed_parameters']: messages,
      });
    };
    for (const change of this.#unpublished.splice(0)) this.#publish(change);
    serveParameters(node, this.store);
  }
}
