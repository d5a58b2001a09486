import { Transform, type Vector3 } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { Group, type LineSegments, type Material } from 'three';
import type { FrameTree } from '../model/frame-tree.ts';
import { freshness } from '../model/freshness.ts';
import type { Label } from './labels.ts';
import { boxOutline } from './outline.ts';
import { placeAtTransform } from './pose.ts';

type Detections = MessageTypes['vision_msgs/msg/Detection3DArray'];

interface Seen {
  readonly className: string;
  readonly score: number;
  readonly mapFromObject: Transform;
  readonly size: Vector3;
  seenAtS: number;
}

const freshS = 0.6;
const lifetimeS = 3;
/** Two detections of a class nearer than this are one thing, m. */
const sameThingM = 0.15;
const color = '#5aa2ff';

/** What the robot sees now: outlined boxes that fade when they are not seen again. */
export class DetectionLayer {
  readonly group = new Group();
  readonly #frames: FrameTree;
  readonly #outlines: LineSegments[] = [];
  #seen: Seen[] = [];

  constructor(frames: FrameTree) {
    this.#frames = frames;
  }

  /** @param nowS - page time, s */
  apply(message: Detections, nowS: number): void {
    const mapFromCamera = this.#frames.rootFrom('map', message.header.frame_id);
    if (!mapFromCamera) return;
    for (const { bbox, results } of message.detections) {
      const best = results[0]?.hypothesis;
      if (!best) continue;
      const { position, orientation } = bbox.center;
      const cameraFromObject = new Transform(
        [position.x, position.y, position.z],
        [orientation.x, orientation.y, orientation.z, orientation.w],
      );
      const seen: Seen = {
        className: best.class_id,
        score: best.score,
        mapFromObject: mapFromCamera.multiply(cameraFromObject),
        size: [bbox.size.x, bbox.size.y, bbox.size.z],
        seenAtS: nowS,
      };
      this.#seen = this.#seen.filter((other) => !isSameThing(other, seen));
      this.#seen.push(seen);
    }
  }

  /** Fades what is old. Returns true while anything is drawn that still changes. */
  update(nowS: number): boolean {
    this.#seen = this.#seen.filter(({ seenAtS }) => nowS - seenAtS < lifetimeS);
    for (const [index, seen] of this.#seen.entries()) {
      const outline = this.#outline(index);
      outline.visible = true;
      placeAtTransform(outline, seen.mapFromObject);
      outline.scale.set(...seen.size).multiplyScalar(1.08);
      (outline.material as Material).opacity = 0.9 * freshness(nowS - seen.seenAtS, freshS, lifetimeS);
    }
    for (let index = this.#seen.length; index < this.#outlines.length; index++) {
      (this.#outlines[index] as LineSegments).visible = false;
    }
    return this.#seen.length > 0;
  }

  labels(nowS: number): [string, Label][] {
    return this.#seen.map((seen, index) => {
      const [x, y, z] = seen.mapFromObject.translation;
      return [
        `seen-${index}`,
        {
          text: seen.className,
          detail: seen.score.toFixed(2),
          kind: 'seen',
          position: [x, y, z + seen.size[2] / 2 + 0.02],
          strength: freshness(nowS - seen.seenAtS, freshS, lifetimeS),
        },
      ];
    });
  }

  /** Classes seen within the last moment, for telling belief from sight. */
  isSeen(className: string, position: Vector3): boolean {
    return this.#seen.some(
      (seen) =>
        seen.className === className && distance(seen.mapFromObject.translation, position) < sameThingM,
    );
  }

  #outline(index: number): LineSegments {
    let outline = this.#outlines[index];
    if (!outline) {
      outline = boxOutline(color, false);
      this.#outlines[index] = outline;
      this.group.add(outline);
    }
    return outline;
  }
}

function isSameThing(a: Seen, b: Seen): boolean {
  return (
    a.className === b.className &&
    distance(a.mapFromObject.translation, b.mapFromObject.translation) < sameThingM
  );
}

function distance(a: Vector3, b: Vector3): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
