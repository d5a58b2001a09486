import { describeError } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { type NodeModule, qosProfiles, type RosNode, type RunningNode, stampToNs } from '@efferent/ros';
import { emgStreamOf, gestureStreamOf, gestureValues, markerStreamOf } from './lsl/efferent-streams.ts';
import { lslTimeOf } from './lsl/lsl-clock.ts';
import { LslOutlet } from './lsl/outlet.ts';
import type { LslStreamDescription } from './lsl/stream-info.ts';

type GestureMessage = MessageTypes['efferent_interfaces/msg/Gesture'];

/** Half a second of frames, as the gesture node takes them. */
const frameQos = { ...qosProfiles.sensorData, depth: 20 } as const;

/** Publishes `/emg/frames` and `/emg/gesture` as Lab Streaming Layer streams. */
export const lslOutletNode: NodeModule = {
  name: 'lsl_outlet',
  async start(node): Promise<RunningNode> {
    const host = node.declareParameter('host', '127.0.0.1', {
      description: 'IPv4 address to serve on; the loopback serves this machine alone',
      readOnly: true,
    });
    const frames = new StreamSlot(node, host);
    const decisions = new StreamSlot(node, host);
    const markers = new StreamSlot(node, host);
    node.createSubscription(
      'efferent_interfaces/msg/EmgFrame',
      '/emg/frames',
      { qos: frameQos },
      (message) => {
        const stampS = lslTimeOf(stampToNs(message.header.stamp), node.clock);
        frames.outletFor(emgStreamOf(message))?.push(message.samples_uv, stampS);
      },
    );
    let marked = '';
    node.createSubscription(
      'efferent_interfaces/msg/Gesture',
      '/emg/gesture',
      { qos: qosProfiles.default },
      (message: GestureMessage) => {
        const stampS = lslTimeOf(stampToNs(message.header.stamp), node.clock);
        decisions.outletFor(gestureStreamOf(message.names))?.push(gestureValues(message), stampS);
        const markerOutlet = markers.outletFor(markerStreamOf());
        if (markerOutlet === undefined || message.gesture === marked) return;
        marked = message.gesture;
        markerOutlet.pushTexts([marked], stampS);
      },
    );
    return {
      async stop() {
        await Promise.all([frames, decisions, markers].map((slot) => slot.close()));
      },
    };
  },
};

/** One outlet, opened when it is known what it carries and anew when that changes. */
class StreamSlot {
  readonly #node: RosNode;
  readonly #host: string;
  #description: LslStreamDescription | undefined;
  #outlet: LslOutlet | undefined;
  #changing: Promise<void> = Promise.resolve();

  constructor(node: RosNode, host: string) {
    this.#node = node;
    this.#host = host;
  }

  /** Returns the outlet once it is open; what comes before that has nobody to go to. */
  outletFor(description: LslStreamDescription): LslOutlet | undefined {
    if (this.#description === undefined || !carriesTheSame(this.#description, description)) {
      this.#description = description;
      this.#changing = this.#changing.then(() => this.#open(description));
    }
    return this.#outlet;
  }

  async close(): Promise<void> {
    await this.#changing;
    await this.#outlet?.close();
    this.#outlet = undefined;
  }

  async #open(description: LslStreamDescription): Promise<void> {
    await this.#outlet?.close();
    this.#outlet = undefined;
    const { name, channelCount } = description;
    try {
      const outlet = await LslOutlet.open(description, this.#host);
      if (this.#description === description) this.#outlet = outlet;
      else await outlet.close();
      this.#node.logger.info('lsl-outlet-opened', { stream: name, channels: channelCount, host: this.#host });
    } catch (error) {
      this.#node.logger.error('lsl-outlet-failed', {
        reason: describeError(error),
        decision: `"${name}" is not served`,
      });
    }
  }
}

function carriesTheSame(one: LslStreamDescription, other: LslStreamDescription): boolean {
  return (
    one.sourceId === other.sourceId &&
    one.nominalRateHz === other.nominalRateHz &&
    one.channelCount === other.channelCount &&
    one.channels.every(({ label }, i) => label === other.channels[i]?.label)
  );
}
