import type { MessageTypes } from '@efferent/interfaces';
import type { ElectrodeGrid } from './datasets/electrode-grid.ts';
import type { EmgFrame, EmgLink } from './emg-source.ts';

type Stamp = MessageTypes['std_msgs/msg/Header']['stamp'];

const frameId = 'emg_sleeve';

/** Returns a frame as `/emg/frames` carries it; samples are copied. @param stamp - of the frame */
export function frameMessage(
  source: string,
  frame: EmgFrame,
  stamp: Stamp,
): MessageTypes['efferent_interfaces/msg/EmgFrame'] {
  return {
    header: { stamp, frame_id: frameId },
    source,
    sample_rate_hz: frame.sampleRateHz,
    channel_count: frame.channelCount,
    first_sample: BigInt(frame.firstSample),
    samples_uv: frame.samplesUv.slice(),
  };
}

/**
 * Returns a change of the link as `/emg/source` carries it.
 *
 * @param stamp - when it changed
 * @param electrodes - where they are; undefined when nobody said
 */
export function linkMessage(
  source: string,
  link: EmgLink,
  lostSamples: number,
  stamp: Stamp,
  electrodes?: ElectrodeGrid,
): MessageTypes['efferent_interfaces/msg/EmgSourceStatus'] {
  return {
    header: { stamp, frame_id: frameId },
    source,
    state: link.state,
    reason: link.reason,
    lost_samples: BigInt(lostSamples),
    map_columns: electrodes?.channels[0]?.length ?? 0,
    map_channels: Int16Array.from(electrodes?.channels.flat() ?? [], (channel) => channel ?? -1),
  };
}
