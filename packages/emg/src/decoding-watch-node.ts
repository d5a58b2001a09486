import type { MessageTypes } from '@efferent/interfaces';
import { DiagnosticUpdater, type Partially, type RosNode } from '@efferent/ros';

type GestureMessage = MessageTypes['efferent_interfaces/msg/Gesture'];

/** Decisions a second: one a stride of 50 ms. */
const decisionRateHz = 20;
/** A decision later than this after its newest sample is felt as a delay (Farrell and Weir 2007), ms. */
const decisionMaxMs = 100;
/** Frames that are older when they come say nothing about what the muscles do, s. */
const frameMaxAgeS = 0.3;
/** A sleeve that is silent for so long, three or four frames, has fallen out; looked at every `silencePeriodNs`. */
const silenceNs = 90_000_000n;
const silencePeriodNs = 20_000_000n;

/** A decision of nothing, for a reason. */
export const noGesture = {
  gesture: 'rest',
  rejected: true,
  confidence: 0,
  effort: 0,
  probabilities: new Float32Array(),
} as const;

/** Tells whoever acts on gestures, again and again, that a sleeve that was decoded sends nothing any more. */
export function watchSilence(node: RosNode, publish: (gesture: Partially<GestureMessage>) => void) {
  let newest: Partially<GestureMessage> | undefined;
  let heardNs = 0n;
  const timer = node.createTimer(
    silencePeriodNs,
    () => {
      if (newest === undefined || node.steadyClock.nowNs() - heardNs < silenceNs) return;
      publish({ ...newest, ...noGesture, names: newest.names ?? [], fault: 'no-frames' });
    },
    node.steadyClock,
  );
  return {
    /** Takes the newest decision. */
    note: (gesture: Partially<GestureMessage>) => {
      newest = gesture;
    },
    /** Takes that a frame has come. */
    end: () => {
      heardNs = node.steadyClock.nowNs();
    },
    stop: () => timer.cancel(),
  };
}

/** Watches what comes and what is decided, by steady time as electrodes sample. */
export function watchDecoding(node: RosNode) {
  const diagnostics = new DiagnosticUpdater(node, node.steadyClock);
  return {
    frames: diagnostics.watch('frames', { maxAgeS: frameMaxAgeS }),
    decisions: diagnostics.watch('decisions', { rateHz: decisionRateHz, maxLatencyMs: decisionMaxMs }),
  };
}
