import { type Codec, codecOf } from '@efferent/interfaces';
import type { MessageClass, RclMessage, Rclnodejs, RefObject } from './rclnodejs.ts';

/**
 * Builds a message class for rclnodejs that carries this port's messages: between JavaScript and C they pass as CDR,
 * written and read by our codec and by the middleware itself, so that one convention holds everywhere.
 *
 * What does not decode is handed on by `toPlainObject` as the error it is.
 *
 * @param generated - class that rclnodejs generated for the type; it knows the C struct
 * @param typeName - e.g. `std_srvs/srv/Trigger_Request`
 */
export function cdrMessageClass(rcl: Rclnodejs, generated: MessageClass, typeName: string): MessageClass {
  const codec: Codec = codecOf(typeName);
  return class CdrMessage implements RclMessage {
    static type(): ReturnType<MessageClass['type']> {
      return generated.type();
    }

    static destroyRawROS(message: CdrMessage): void {
      generated.destroyRawROS(message.#struct);
    }

    readonly #struct = new generated();
    #received: Buffer | undefined;
    #problem: unknown;

    constructor(message?: object) {
      Object.assign(this, message);
    }

    get refObject(): RefObject {
      return this.#struct.refObject;
    }

    toRawROS(): Buffer {
      return this.#struct.toRawROS();
    }

    deserialize(struct: RefObject): void {
      this.#received = struct.ref();
      try {
        const message = codec.decode(rcl.serializeMessage(this, CdrMessage));
        Object.assign(this, message);
        if ('goal' in message) exposeAsPlain(message.goal as object);
      } catch (error) {
        this.#problem = error;
      }
    }

    serialize(): Buffer {
      if (this.#received !== undefined) return this.#received;
      const filled = rcl.deserializeMessage(Buffer.from(codec.encode(plainFields(this))), CdrMessage);
      // The caller hands the struct to rcl before it returns to the event loop.
      queueMicrotask(() => CdrMessage.destroyRawROS(filled as CdrMessage));
      return filled.refObject.ref();
    }

    toPlainObject(): object {
      return (this.#problem as Error | undefined) ?? { ...this };
    }
  };
}

/** rclnodejs's action server makes a plain object of the goal by this method. */
function exposeAsPlain(goal: object): void {
  Object.defineProperty(goal, 'toPlainObject', { value: () => goal });
}

/** Fields of a message; rclnodejs's action code sets some of them to messages of its own. */
function plainFields(message: object): object {
  return Object.fromEntries(
    Object.entries(message).map(([name, value]) => [
      name,
      isRclMessage(value) ? value.toPlainObject(true) : value,
    ]),
  );
}

function isRclMessage(value: unknown): value is RclMessage {
  return typeof value === 'object' && value !== null && 'refObject' in value && 'toPlainObject' in value;
}
