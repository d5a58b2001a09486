import type { MessageTypes } from '@efferent/interfaces';
import type { LslStreamDescription } from './stream-info.ts';

type EmgFrameMessage = MessageTypes['efferent_interfaces/msg/EmgFrame'];
type GestureMessage = MessageTypes['efferent_interfaces/msg/Gesture'];

/** Channels of the gesture stream after the probabilities. */
const decisionChannels = ['confidence', 'effort', 'rejected'] as const;

/** The raw samples of a source: `efferent-emg`, float32, microvolt. */
export function emgStreamOf(message: EmgFrameMessage): LslStreamDescription {
  return {
    name: 'efferent-emg',
    type: 'EMG',
    channelCount: message.channel_count,
    channelFormat: 'float32',
    nominalRateHz: message.sample_rate_hz,
    sourceId: `efferent-emg-${message.source}`,
    channels: Array.from({ length: message.channel_count }, (_, channel) => ({
      label: `e${channel}`,
      unit: 'microvolts',
      type: 'EMG',
    })),
  };
}

/** Every decision of the decoder: `efferent-gesture`, float32, a channel a class and what was decided. */
export function gestureStreamOf(classes: readonly string[]): LslStreamDescription {
  const channels = [
    ...classes.map((label) => ({ label, unit: 'normalized', type: 'Probability' })),
    ...decisionChannels.map((label) => ({ label, unit: 'normalized', type: 'Decision' })),
  ];
  return {
    name: 'efferent-gesture',
    type: 'Gesture',
    channelCount: channels.length,
    channelFormat: 'float32',
    nominalRateHz: 0,
    sourceId: 'efferent-gesture',
    channels,
  };
}

/** Returns a decision as the channels of {@link gestureStreamOf}. */
export function gestureValues(message: GestureMessage): readonly number[] {
  const { probabilities, confidence, effort, rejected } = message;
  return [...probabilities, confidence, effort, rejected ? 1 : 0];
}

/** The name of each gesture when it begins: `efferent-gesture-markers`, one text. */
export function markerStreamOf(): LslStreamDescription {
  return {
    name: 'efferent-gesture-markers',
    type: 'Markers',
    channelCount: 1,
    channelFormat: 'string',
    nominalRateHz: 0,
    sourceId: 'efferent-gesture-markers',
    channels: [{ label: 'gesture', unit: '', type: 'Marker' }],
  };
}
