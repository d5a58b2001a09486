import { steadyWallClock } from '@efferent/core';
import { qosProfiles, type RosNode, stampFromNs } from '@efferent/ros';
import type { ModelPurpose } from './model/language-model.ts';

/** Messages are at least this far apart, ns. */
const periodNs = 200_000_000n;
/** The end of the text that a message carries, characters. */
const longestText = 2000;

/** Publishes what a language model is writing on `/agent/model_text`: best effort, bounded in rate and size, while somebody listens. */
export class ModelTextPublisher {
  readonly #node: RosNode;
  readonly #publisher;

  constructor(node: RosNode) {
    this.#node = node;
    this.#publisher = node.createPublisher(
      'efferent_interfaces/msg/ModelText',
      '/agent/model_text',
      qosProfiles.sensorData,
    );
  }

  /** @returns takes the whole text so far of one call; undefined when nobody listens */
  begin(call: {
    readonly taskId: string;
    readonly purpose: ModelPurpose;
    readonly model: string;
  }): ((textSoFar: string) => void) | undefined {
    if (this.#publisher.subscriptionCount === 0) return undefined;
    let sentNs = -periodNs;
    return (text) => {
      const nowNs = steadyWallClock.nowNs();
      if (nowNs - sentNs < periodNs) return;
      sentNs = nowNs;
      this.#publisher.publish({
        header: { stamp: stampFromNs(this.#node.clock.nowNs()) },
        task_id: call.taskId,
        purpose: call.purpose,
        model: call.model,
        text: text.slice(-longestText),
        characters: text.length,
      });
    };
  }
}
