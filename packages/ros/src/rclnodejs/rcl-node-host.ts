import type { NodeIdentity } from '../transport.ts';
import type { RclContext, RclNode, Rclnodejs } from './rclnodejs.ts';

/** How long rclnodejs waits at a time; creating or destroying an endpoint later may have to wait as long, ms. */
const spinWaitMs = 10;

/**
 * One rcl node. Parameters, their services and events, `/rosout` and the type description are the port's own, the same
 * on every middleware; rclnodejs's are left out, so that nothing is served twice.
 */
export class RclNodeHost {
  readonly node: RclNode;
  readonly #leaving: ((node: RclNode) => void)[] = [];
  #isOpen = true;

  constructor(rcl: Rclnodejs, context: RclContext, { name, namespace }: NodeIdentity) {
    const options = {
      startParameterServices: false,
      startTypeDescriptionService: false,
      enableRosout: false,
    };
    this.node = new rcl.Node(name, namespace, context, options, [], false);
    // It has a relative name and would announce a parameter that nobody can set.
    if (this.node._parameterEventPublisher !== undefined)
      this.node.destroyPublisher(this.node._parameterEventPublisher);
    // Endpoints that a node creates at its start do not have to wait for a waiting thread.
    setImmediate(() => {
      if (this.#isOpen) this.node.spin(spinWaitMs);
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Destroys an endpoint soon; with its node if that goes at the same time, when nothing waits for the other any more. */
  release(destroy: (node: RclNode) => void): void {
    this.#leaving.push(destroy);
    queueMicrotask(() => this.#destroyLeaving());
  }

  close(): void {
    this.#isOpen = false;
    this.node.stop();
    this.#destroyLeaving();
    this.node.destroy();
  }

  #destroyLeaving(): void {
    for (const destroy of this.#leaving.splice(0)) destroy(this.node);
  }
}
