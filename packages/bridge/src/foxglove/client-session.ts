import { OutgoingQueue, type OutgoingSocket, type QueueLimits } from './outgoing-queue.ts';

/** A channel on which a client publishes. */
export interface ClientChannel {
  readonly id: number;
  readonly topic: string;
  readonly encoding: string;
  readonly schemaName: string;
}

/** What the server remembers about one connected client. */
export class ClientSession {
  readonly name: string;
  readonly queue: OutgoingQueue;
  /** Subscription id by channel id; a client subscribes to a channel once. */
  readonly subscriptionByChannel = new Map<number, number>();
  readonly channelBySubscription = new Map<number, number>();
  readonly advertised = new Map<number, ClientChannel>();
  wantsConnectionGraph = false;

  constructor(name: string, socket: OutgoingSocket, limits: QueueLimits) {
    this.name = name;
    this.queue = new OutgoingQueue(socket, limits);
  }

  sendJson(message: object): void {
    this.queue.sendControl(JSON.stringify(message));
  }

  /** Tells the client in one sentence what went wrong. @param level - see `statusLevel`. */
  sendStatus(level: number, message: string): void {
    this.sendJson({ op: 'status', level, message });
  }
}
