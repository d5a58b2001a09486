import { Transform, type Vector3 } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { qosProfiles, type RosNode, type Subscription, TransformListener } from '@efferent/ros';
import type { AssistSettings, SeenThing, Surroundings } from './control/assist-types.ts';
import { isReachedFor } from './control/reached-for.ts';

/** A thing so many times as long as wide has an axis to grasp along. */
const longShare = 1.6;
/** A scan that is older says nothing about what is in the way, ns. */
const scanLifetimeNs = 500_000_000n;

type Scan = MessageTypes['sensor_msgs/msg/LaserScan'];
type Belief = MessageTypes['efferent_interfaces/msg/Belief'];

/**
 * Says what the robot sees about itself: its laser, and the things that were detected and are believed to be where they
 * were. Sensors are subscribed to only while assistance is on.
 */
export class SurroundingsWatch {
  readonly #node: RosNode;
  readonly #settings: AssistSettings;
  readonly #baseFrame: string;
  readonly #transforms: TransformListener;
  #subscriptions: readonly Subscription[] = [];
  #scan: { readonly points: Surroundings['obstacles']; readonly atNs: bigint } | undefined;
  #belief: Belief | undefined;

  constructor(node: RosNode, settings: AssistSettings, baseFrame: string) {
    this.#node = node;
    this.#settings = settings;
    this.#baseFrame = baseFrame;
    this.#transforms = new TransformListener(node);
  }

  set isOn(isOn: boolean) {
    for (const subscription of this.#subscriptions) this.#node.destroySubscription(subscription);
    this.#subscriptions = isOn ? this.#subscribe() : [];
    this.#scan = undefined;
    this.#belief = undefined;
  }

  /** What is seen now, in the base frame; undefined while assistance is off. */
  look(): Surroundings | undefined {
    if (this.#subscriptions.length === 0) return undefined;
    const tool = this.#transforms.lookup(this.#baseFrame, this.#settings.toolFrame);
    const isFresh = this.#scan !== undefined && this.#node.clock.nowNs() - this.#scan.atNs < scanLifetimeNs;
    return {
      obstacles: isFresh ? (this.#scan?.points ?? []) : [],
      toolM: tool?.translation,
      pointing: tool && horizontal(tool.apply([1, 0, 0]), tool.translation),
      things: this.#things(),
    };
  }

  #subscribe(): readonly Subscription[] {
    return [
      this.#node.createSubscription(
        'sensor_msgs/msg/LaserScan',
        'scan',
        { qos: qosProfiles.sensorData },
        (scan) => this.#takeScan(scan),
      ),
      this.#node.createSubscription(
        'efferent_interfaces/msg/Belief',
        '/agent/belief',
        { qos: qosProfiles.latched },
        (belief) => {
          this.#belief = belief;
        },
      ),
    ];
  }

  #takeScan({ header, ranges, angle_min: first, angle_increment: step, range_min, range_max }: Scan): void {
    const baseFromLaser = this.#transforms.lookup(this.#baseFrame, header.frame_id);
    if (baseFromLaser === undefined) return;
    const points: (readonly [number, number])[] = [];
    for (const [i, range] of ranges.entries()) {
      if (!(range >= range_min && range <= range_max)) continue;
      const angle = first + i * step;
      const [x, y] = baseFromLaser.apply([range * Math.cos(angle), range * Math.sin(angle), 0]);
      points.push([x, y]);
    }
    this.#scan = { points, atNs: this.#node.clock.nowNs() };
  }

  #things(): readonly SeenThing[] {
    const belief = this.#belief;
    if (belief === undefined) return [];
    const baseFromMap: Transform | undefined = this.#transforms.lookup(
      this.#baseFrame,
      belief.header.frame_id,
    );
    if (baseFromMap === undefined) return [];
    return belief.objects
      .filter(isReachedFor)
      .map(({ class_name: name, pose: { position, orientation }, size }) => {
        const { x, y, z } = position;
        const mapFromThing = new Transform(
          [x, y, z],
          [orientation.x, orientation.y, orientation.z, orientation.w],
        );
        const baseFromThing = baseFromMap.multiply(mapFromThing);
        return {
          name: name.replaceAll(/[-_]/g, ' '),
          centerM: baseFromThing.translation,
          axis: longAxis(baseFromThing, [size.x, size.y, size.z]),
        };
      });
  }
}

/** Direction from one point to another, seen from above; undefined where one is above the other. */
function horizontal(to: Vector3, from: Vector3): readonly [number, number] | undefined {
  const [x, y] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(x, y);
  return length < 0.3 ? undefined : [x / length, y / length];
}

/** Horizontal direction of the longest of a box's axes, where it is much longer than the other one that lies. */
function longAxis(baseFromThing: Transform, sizeM: Vector3): readonly [number, number] | undefined {
  const lying = ([0, 1, 2] as const)
    .map((i) => {
      const unit: Vector3 = [i === 0 ? 1 : 0, i === 1 ? 1 : 0, i === 2 ? 1 : 0];
      return { sizeM: sizeM[i], along: horizontal(baseFromThing.apply(unit), baseFromThing.translation) };
    })
    .filter(({ along }) => along !== undefined)
    .sort((a, b) => b.sizeM - a.sizeM);
  const [longest, second] = lying;
  if (longest === undefined || second === undefined || longest.sizeM < longShare * second.sizeM)
    return undefined;
  return longest.along;
}
