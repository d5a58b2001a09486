import { setTimeout } from 'node:timers/promises';
import { describeError } from '@efferent/core/errors';
import { actionParts, type GoalInfo, type Uuid } from '../action-names.ts';
import { goalStatus } from '../port.ts';
import type { ActionClientSetup, TransportActionClient, TransportClient } from '../transport.ts';
import type { RclNodeHost } from './rcl-node-host.ts';
import type {
  ActionClass,
  RclActionClient as ActionClient,
  RclMessage,
  Rclnodejs,
  RclQos,
} from './rclnodejs.ts';

/** No more feedback is waiting when none came for so long, ms; nor is it waited for longer than the limit. */
const feedbackQuietMs = 5;
const feedbackLimitMs = 200;

type OnResponse = (response: object, serverId: string) => void;

/** rclnodejs's action client, seen as the clients of the action's three services. */
export class RclActionClient implements TransportActionClient {
  readonly sendGoal: TransportClient;
  readonly cancelGoal: TransportClient;
  readonly getResult: TransportClient;
  readonly #rcl: Rclnodejs;
  readonly #host: RclNodeHost;
  readonly #client: ActionClient;
  readonly #setup: ActionClientSetup;
  #lastFeedbackMs = 0;
  #isOpen = true;

  constructor(
    rcl: Rclnodejs,
    host: RclNodeHost,
    setup: ActionClientSetup,
    type: ActionClass,
    feedbackQos: RclQos,
  ) {
    this.#rcl = rcl;
    this.#host = host;
    this.#setup = setup;
    this.#client = new rcl.ActionClient(host.node, type, setup.name, {
      qos: { feedbackSubQosProfile: feedbackQos },
    });
    this.#tapTopics();
    this.sendGoal = this.#service((request, onResponse) => this.#sendGoal(request, onResponse));
    this.cancelGoal = this.#service((request, onResponse) => {
      const { goal_id } = (request as { goal_info: GoalInfo }).goal_info;
      return this.#goal(goal_id)
        .cancelGoal()
        .then((response) => onResponse(response, this.#serverId()));
    });
    this.getResult = this.#service((request, onResponse) => {
      const goal = this.#goal((request as { goal_id: Uuid }).goal_id);
      return goal.getResult().then(async (result) => {
        await this.#feedbackToEnd();
        const status = goal.status >= goalStatus.succeeded ? goal.status : goalStatus.unknown;
        onResponse({ status, result }, this.#serverId());
      });
    });
  }

  close(): void {
    this.#isOpen = false;
    this.#host.release(() => this.#client.destroy());
  }

  /** rclnodejs keeps a callback for feedback for ever, and shows statuses only where it keeps a goal. */
  #tapTopics(): void {
    const client = this.#client;
    client.processFeedbackMessage = (message) => {
      this.#lastFeedbackMs = performance.now();
      this.#deliver(message, (plain) => this.#setup.onFeedback(plain));
    };
    const processStatus = client.processStatusMessage.bind(client);
    client.processStatusMessage = (message) => {
      processStatus(message);
      this.#deliver(message, (plain) => this.#setup.onStatus(plain));
    };
  }

  /** rclnodejs takes one message of a topic a turn, so that a result would overtake the feedback before it. */
  async #feedbackToEnd(): Promise<void> {
    const limitMs = performance.now() + feedbackLimitMs;
    do await setTimeout(feedbackQuietMs);
    while (performance.now() - this.#lastFeedbackMs < feedbackQuietMs && performance.now() < limitMs);
  }

  #deliver(message: RclMessage, take: (message: object) => void): void {
    if (!this.#isOpen) return;
    const plain = message.toPlainObject(true);
    if (plain instanceof Error) this.#report('message-undecodable', plain);
    else take(plain);
  }

  #service(begin: (request: object, onResponse: OnResponse) => Promise<void>): TransportClient {
    return {
      isAvailable: () => this.#isAvailable(),
      hasServer: (serverId) =>
        this.#isAvailable() && (serverId === '' || this.#statusPublishers().includes(serverId)),
      send: (request, onResponse) => {
        let isWanted = true;
        begin(request, (response, serverId) => {
          if (isWanted && this.#isOpen) onResponse(response, serverId);
        }).catch((error: unknown) => this.#report('request-failed', error));
        return () => {
          isWanted = false;
        };
      },
      close: () => this.close(),
    };
  }

  async #sendGoal(request: object, onResponse: OnResponse): Promise<void> {
    const { goal_id, goal } = request as { goal_id: Uuid; goal: object };
    const { accepted, stamp } = await this.#client.sendGoal(goal, undefined, goal_id);
    onResponse({ accepted, stamp }, this.#serverId());
  }

  /** rclnodejs asks for results and cancels by a handle; it needs no more than the id. */
  #goal(goalId: Uuid) {
    return new this.#rcl.ClientGoalHandle(this.#client, goalId, { accepted: true });
  }

  #isAvailable(): boolean {
    return this.#isOpen && this.#host.isOpen && this.#client.isActionServerAvailable();
  }

  /** A server is known by the publisher of its status; '' when several make it unclear which one answered. */
  #serverId(): string {
    const publishers = this.#statusPublishers();
    return publishers.length === 1 ? publishers[0]! : '';
  }

  #statusPublishers(): readonly string[] {
    if (!this.#host.isOpen) return [];
    const { status } = actionParts(this.#setup.type, this.#setup.name);
    return this.#host.node
      .getPublishersInfoByTopic(status.name)
      .map(({ endpoint_gid }) => endpoint_gid.join('.'));
  }

  #report(event: string, error: unknown): void {
    this.#setup.report(event, { action: this.#setup.name, reason: describeError(error) });
  }
}
