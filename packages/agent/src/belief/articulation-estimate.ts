import { add3, distance3, rotateVector, scale3, type Vector3 } from '@efferent/core';
import {
  articulationTransform,
  furnitureTransform,
  type MapArticulation,
  type PriorMap,
} from '@efferent/robot';
import { type CameraView, PointProjector } from './visibility.ts';

/** A depth picture with the view that it was taken from. */
export interface DepthPicture {
  readonly view: CameraView;
  /** [height, width], row-major, mm along the optical axis; 0 where there is no measurement. */
  readonly depthMm: Uint16Array;
}

const positionSteps = 12;
/** A measurement belongs to a face when it is this near its plane, m: steps between positions, and the map's and the pose's errors. */
const matchM = 0.02;
/** What the depth along the ray may be off besides, m, and per metre. */
const depthErrorM = 0.015;
const depthErrorShare = 0.01;
const throughM = 0.08;
/** Faces that are seen flatter than this (sine of the angle) show nothing. */
const flattest = 0.12;
/** Sample points that must be in view and not hidden before a picture says anything. */
const minVisiblePoints = 6;
/** Share of the visible points from which a position is taken, and below which it is ruled out. */
const acceptedFrom = 0.6;
const refutedBelow = 0.2;

/** Joint position that one picture speaks for, with the share of the visible points that agree. */
export interface ArticulationEvidence {
  readonly position: number;
  readonly agreement: number;
}

/** How well the picture fits one position. */
interface Fit {
  readonly agreement: number;
  /** Mean distance of what agrees from the face, m. */
  readonly offM: number;
}

/**
 * Estimates how far a drawer or door is open by comparing where its front would be with the measured depth.
 *
 * Every candidate position predicts the depth of points on that face of the moving front that the camera is on the side
 * of. A measured depth that agrees counts for it, one that passes through the predicted face counts against it, one in front
 * of it (an arm) counts for nothing. A face that is seen flat is measured by the distance from its plane: along the ray a
 * centimetre is many.
 */
class ArticulationFront {
  readonly #articulation: MapArticulation;
  /** `[positions, points, 3]`, row-major, m in the map; on the outer face. */
  readonly #pointsM: Float64Array;
  /** Outward normal of the front by position, in the map. */
  readonly #normals: readonly Vector3[];
  readonly #thicknessM: number;
  /** Points of one candidate position. */
  readonly #count: number;
  /** A sphere around all points. */
  readonly #centerM: Vector3;
  readonly #radiusM: number;

  constructor(map: PriorMap, articulation: MapArticulation) {
    this.#articulation = articulation;
    const mapFromFurniture = furnitureTransform(map, articulation.furnitureId);
    const onFront = frontPoints(articulation);
    const mapFromPart = Array.from({ length: positionSteps + 1 }, (_, step) =>
      mapFromFurniture.multiply(articulationTransform(articulation, positionAt(articulation, step))),
    );
    const points = mapFromPart.flatMap((transform) => onFront.map((point) => transform.apply(point)));
    const { approach } = articulation.handle;
    this.#normals = mapFromPart.map((transform) => rotateVector(transform.rotation, scale3(approach, -1)));
    this.#thicknessM = articulation.boxes[0]!.sizeM[frontAxis(articulation)]!;
    this.#count = onFront.length;
    this.#pointsM = Float64Array.from(points.flat());
    this.#centerM = scale3(points.reduce(add3), 1 / points.length);
    this.#radiusM = Math.max(...points.map((point) => distance3(point, this.#centerM)));
  }

  /** @returns undefined when too little of the front is in view to tell */
  estimate(picture: DepthPicture): ArticulationEvidence | undefined {
    const projector = new PointProjector(picture.view);
    if (!projector.maySee(this.#centerM, this.#radiusM)) return undefined;
    let best: (ArticulationEvidence & Fit) | undefined;
    let firstPossible: number | undefined;
    for (let step = 0; step <= positionSteps; step++) {
      const position = positionAt(this.#articulation, step);
      const fit = this.#fitAt(step, projector, picture);
      if (fit !== undefined && (best === undefined || worthOf(fit) > worthOf(best)))
        best = { position, ...fit };
      if (fit === undefined || fit.agreement > refutedBelow) firstPossible ??= position;
    }
    if (best !== undefined && best.agreement >= acceptedFrom) return best;
    // A door that swung out of view: it is at none of the positions that the picture sees through.
    const isFarOpen = firstPossible !== undefined && firstPossible >= this.#articulation.openAt;
    return isFarOpen ? { position: firstPossible!, agreement: acceptedFrom } : undefined;
  }

  #fitAt(step: number, projector: PointProjector, picture: DepthPicture): Fit | undefined {
    let matches = 0;
    let offM = 0;
    let through = 0;
    const { depthMm, view } = picture;
    const [eyeX, eyeY, eyeZ] = view.mapFromCamera.translation;
    const [nx, ny, nz] = this.#normals[step]!;
    const first = step * this.#count * 3;
    const outsideM =
      (eyeX - this.#pointsM[first]!) * nx +
      (eyeY - this.#pointsM[first + 1]!) * ny +
      (eyeZ - this.#pointsM[first + 2]!) * nz;
    const inwardM = outsideM > 0 ? 0 : this.#thicknessM;
    const offPlaneM = Math.abs(outsideM + inwardM);
    const end = first + this.#count * 3;
    for (let i = first; i < end; i += 3) {
      const x = this.#pointsM[i]! - inwardM * nx;
      const y = this.#pointsM[i + 1]! - inwardM * ny;
      const z = this.#pointsM[i + 2]! - inwardM * nz;
      if (!projector.project(x, y, z)) continue;
      const { depthM } = projector;
      const measuredM =
        depthMm[Math.round(projector.row) * view.widthPx + Math.round(projector.column)]! / 1000;
      // How far one comes from the plane with one metre of depth.
      const slope = offPlaneM / depthM;
      if (measuredM === 0 || slope < flattest) continue;
      const errorM = measuredM - depthM;
      if (Math.abs(errorM) < matchM / slope + depthErrorM + depthErrorShare * depthM) {
        matches += 1;
        offM += Math.abs(errorM) * slope;
      } else if (errorM > throughM) through += 1;
    }
    const visible = matches + through;
    return visible < minVisiblePoints
      ? undefined
      : { agreement: matches / visible, offM: offM / Math.max(1, matches) };
  }
}

/** Of neighbouring positions that a picture agrees with, the nearest to what was measured. */
const worthOf = ({ agreement, offM }: Fit): number => agreement - offM / (10 * matchM);

/** Joint position of a candidate, m or rad. */
function positionAt({ range: [low, high] }: MapArticulation, step: number): number {
  return low + ((high - low) * step) / positionSteps;
}

/** The axis of the part's frame that its front faces. */
const frontAxis = ({ handle }: MapArticulation): number =>
  handle.approach.findIndex((value) => Math.abs(value) > 0.5);

/** A 5 x 4 grid on the outer face of the first box of the moving part, towards the handle's side. */
function frontPoints(articulation: MapArticulation): readonly Vector3[] {
  const box = articulation.boxes[0]!;
  const outward = articulation.handle.approach;
  const axis = frontAxis(articulation);
  const [first, second] = [0, 1, 2].filter((index) => index !== axis) as [number, number];
  const points: Vector3[] = [];
  for (let i = 0; i < 5; i++) {
    for (let j = 0; j < 4; j++) {
      const point: [number, number, number] = [...box.centerM];
      point[axis] = box.centerM[axis]! - (outward[axis]! * box.sizeM[axis]!) / 2;
      point[first] = box.centerM[first]! + box.sizeM[first]! * (-0.42 + 0.21 * i);
      point[second] = box.centerM[second]! + box.sizeM[second]! * (-0.4 + 0.266 * j);
      points.push(point);
    }
  }
  return points;
}

/** Believed state of one articulation, from pictures. */
export class ArticulationBelief {
  readonly articulation: MapArticulation;
  /** Joint position, m or rad; NaN while nothing is known. */
  position = Number.NaN;
  judgedS = Number.NEGATIVE_INFINITY;
  readonly #front: ArticulationFront;
  #candidate = Number.NaN;

  constructor(map: PriorMap, articulation: MapArticulation) {
    this.articulation = articulation;
    this.#front = new ArticulationFront(map, articulation);
  }

  /** Looks at the moving front in a depth picture. */
  look(picture: DepthPicture, nowS: number): void {
    const evidence = this.#front.estimate(picture);
    if (evidence !== undefined) this.observe(evidence, nowS);
  }

  /** Takes in one picture's evidence; a changed position needs two pictures that agree. */
  observe(evidence: ArticulationEvidence, nowS: number): void {
    const step = (this.articulation.range[1] - this.articulation.range[0]) / positionSteps;
    const near = (a: number, b: number) => Math.abs(a - b) <= 1.5 * step;
    if (near(evidence.position, this.#candidate)) {
      this.position =
        Number.isNaN(this.position) || !near(this.position, evidence.position)
          ? evidence.position
          : 0.7 * this.position + 0.3 * evidence.position;
      this.judgedS = nowS;
    }
    this.#candidate = evidence.position;
  }

  get state(): 'open' | 'closed' | 'unknown' {
    if (Number.isNaN(this.position)) return 'unknown';
    const [low, high] = this.articulation.range;
    if (this.position >= this.articulation.openAt - (high - low) / positionSteps / 2) return 'open';
    // Between closed and open there is neither: a drawer left ajar hides its content and still is not shut.
    return this.position <= low + 0.15 * (high - low) ? 'closed' : 'unknown';
  }
}
