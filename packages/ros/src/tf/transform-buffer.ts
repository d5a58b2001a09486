import { MiddlewareError } from '@efferent/core/errors';
import { Transform } from '@efferent/core/se3';
import type { MessageTypes } from '@efferent/interfaces';
import { type Stamp, stampFromNs, stampToNs } from '../stamp.ts';
import { FrameHistory } from './frame-history.ts';

type TransformStamped = MessageTypes['geometry_msgs/msg/TransformStamped'];

const defaultCacheNs = 10_000_000_000;
/** A chain longer than this is a loop. */
const longestChain = 256;

/** Why a lookup has no answer. */
type Problem = { readonly code: string; readonly message: string };

/**
 * Frames over time, as tf2 keeps them: ten seconds of history, interpolated between messages.
 *
 * @see https://docs.ros.org/en/jazzy/Concepts/Intermediate/About-Tf2.html
 */
export class TransformBuffer {
  readonly #frames = new Map<string, FrameHistory>();
  readonly #cacheNs: number;
  #epochNs: bigint | undefined;
  #epochSec = 0;
  #epochNanosec = 0;

  /** @param cacheNs - how long transforms are kept, ns */
  constructor(cacheNs = defaultCacheNs) {
    this.#cacheNs = cacheNs;
  }

  /** Adds one transform; a new parent for a known frame starts its history anew. */
  setTransform(message: TransformStamped, isStatic: boolean): void {
    const parent = withoutSlash(message.header.frame_id);
    const child = withoutSlash(message.child_frame_id);
    if (parent === '' || child === '' || parent === child) return;
    const { translation: t, rotation: r } = message.transform;
    if (!Number.isFinite(t.x + t.y + t.z + r.x + r.y + r.z + r.w)) return;
    let frame = this.#frames.get(child);
    if (frame === undefined || frame.parent !== parent || frame.isStatic !== isStatic) {
      frame = new FrameHistory(parent, isStatic, this.#cacheNs);
      this.#frames.set(child, frame);
    }
    frame.add(this.#sinceStamp(message.header.stamp), new Transform([t.x, t.y, t.z], [r.x, r.y, r.z, r.w]));
  }

  /** Forgets what moved, for a clock that went back; static transforms stay. */
  clear(): void {
    for (const [name, frame] of this.#frames) if (!frame.isStatic) this.#frames.delete(name);
  }

  /** Names of all frames, parents among them. */
  frames(): readonly string[] {
    const names = new Set<string>(this.#frames.keys());
    for (const frame of this.#frames.values()) names.add(frame.parent);
    return [...names].sort();
  }

  /** Name of a frame's parent; undefined for a root or an unknown frame. */
  parentOf(frame: string): string | undefined {
    return this.#frames.get(withoutSlash(frame))?.parent;
  }

  /**
   * Returns the transform that maps points from `source` to `target`.
   *
   * @param time - ROS time, ns, or `latest`: the newest time at which every link of the chain is known
   * @throws {@link MiddlewareError} code `unknown-frame`, `frames-not-connected` or `extrapolation`
   */
  lookupTransform(target: string, source: string, time: bigint | 'latest' = 'latest'): Transform {
    const found = this.#find(withoutSlash(target), withoutSlash(source), time);
    if (found instanceof Transform) return found;
    throw new MiddlewareError({ ...found, fields: { target, source, time } });
  }

  /** Returns the transform like {@link lookupTransform}, or undefined; for loops that try again. */
  tryLookup(target: string, source: string, time: bigint | 'latest' = 'latest'): Transform | undefined {
    const found = this.#find(withoutSlash(target), withoutSlash(source), time);
    return found instanceof Transform ? found : undefined;
  }

  #find(target: string, source: string, time: bigint | 'latest'): Transform | Problem {
    if (target === source) return Transform.identity;
    const sourceChain = this.#chain(source);
    const targetChain = this.#chain(target);
    if (sourceChain === undefined || targetChain === undefined) {
      return this.#unknown(sourceChain === undefined ? source : target);
    }
    const common = sourceChain.find((name) => targetChain.includes(name));
    if (common === undefined) {
      return {
        code: 'frames-not-connected',
        message: `frames "${target}" and "${source}" are in different trees (below "${targetChain.at(-1)}" and "${sourceChain.at(-1)}")`,
      };
    }
    const up = sourceChain.slice(0, sourceChain.indexOf(common));
    const down = targetChain.slice(0, targetChain.indexOf(common));
    const timeNs = time === 'latest' ? this.#latestCommon([...up, ...down]) : this.#since(time);
    const commonFromSource = this.#compose(up, timeNs);
    if (!(commonFromSource instanceof Transform)) return commonFromSource;
    const commonFromTarget = this.#compose(down, timeNs);
    if (!(commonFromTarget instanceof Transform)) return commonFromTarget;
    return down.length === 0 ? commonFromSource : commonFromTarget.inverse().multiply(commonFromSource);
  }

  /** The frame and its ancestors; undefined when nobody has spoken of the frame. */
  #chain(frame: string): string[] | undefined {
    const chain = [frame];
    for (let name = frame; chain.length <= longestChain; ) {
      const parent = this.#frames.get(name)?.parent;
      if (parent === undefined) break;
      chain.push(parent);
      name = parent;
    }
    if (chain.length > 1) return chain;
    for (const { parent } of this.#frames.values()) if (parent === frame) return chain;
    return undefined;
  }

  /** Newest time at which every moving link is known; static links do not count. */
  #latestCommon(links: readonly string[]): number {
    let latest = Number.POSITIVE_INFINITY;
    for (const name of links) {
      const frame = this.#frames.get(name)!;
      if (!frame.isStatic) latest = Math.min(latest, frame.newestNs!);
    }
    return latest;
  }

  #compose(links: readonly string[], timeNs: number): Transform | Problem {
    let topFromSource: Transform | undefined;
    for (const name of links) {
      const frame = this.#frames.get(name)!;
      const parentFromFrame = frame.at(timeNs);
      if (parentFromFrame === undefined) return this.#extrapolation(name, frame, timeNs);
      topFromSource = topFromSource === undefined ? parentFromFrame : parentFromFrame.multiply(topFromSource);
    }
    return topFromSource ?? Transform.identity;
  }

  #extrapolation(name: string, frame: FrameHistory, timeNs: number): Problem {
    const seconds = (ns: number) => (Number(this.#epochNs) + ns) / 1e9;
    return {
      code: 'extrapolation',
      message: `"${frame.parent}" <- "${name}" was asked for at ${seconds(timeNs).toFixed(3)} s, but is known from ${seconds(frame.oldestNs!).toFixed(3)} to ${seconds(frame.newestNs!).toFixed(3)} s`,
    };
  }

  #unknown(frame: string): Problem {
    const known = this.frames();
    return {
      code: 'unknown-frame',
      message: `frame "${frame}" is not known; known are ${known.length === 0 ? 'none' : known.join(', ')}`,
    };
  }

  #since(ns: bigint): number {
    if (this.#epochNs === undefined) this.#setEpoch(ns);
    return Number(ns - this.#epochNs!);
  }

  /** The same for the time in a message, without big integers: every transform that anybody sends comes here. */
  #sinceStamp(stamp: Stamp): number {
    if (this.#epochNs === undefined) this.#setEpoch(stampToNs(stamp));
    return (stamp.sec - this.#epochSec) * 1e9 + (stamp.nanosec - this.#epochNanosec);
  }

  #setEpoch(ns: bigint): void {
    this.#epochNs = ns;
    const { sec, nanosec } = stampFromNs(ns);
    this.#epochSec = sec;
    this.#epochNanosec = nanosec;
  }
}

/** tf2 takes frame ids with a leading slash as those without. */
function withoutSlash(frame: string): string {
  return frame.startsWith('/') ? frame.slice(1) : frame;
}
