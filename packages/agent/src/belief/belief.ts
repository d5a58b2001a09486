import { multiplyQuaternions, type QuaternionXyzw, type Transform, type Vector3 } from '@efferent/core';
import { isButton, placedBoxes } from '@efferent/robot';
import { isSpill } from '../language/lexicon.ts';
import { ArticulationBelief, type DepthPicture } from './articulation-estimate.ts';
import { Coverage } from './coverage.ts';
import { classOf, type ObjectTrack, type Sighting } from './object-track.ts';
import { type DetectionChance, type Hand, ObjectTracker } from './object-tracker.ts';
import { Faces } from './offer-evidence.ts';
import { type ArmFeel, PressWitness } from './press-witness.ts';
import { FixtureFrames, isVessel, type Relation, relationOf } from './relations.ts';
import {
  gripEvidence,
  hasDropped,
  newRobotState,
  noteGrip,
  observeBody,
  observeGripper,
  type RobotBody,
  type RobotState,
} from './robot-state.ts';
import {
  type CameraView,
  expectedPixels,
  isOccluded,
  type Occluder,
  occludersOf,
  projectPoint,
} from './visibility.ts';
import type { Fixture, WorldMap } from './world-map.ts';

/** One detection in the camera's optical frame. */
export interface CameraDetection {
  readonly className: string;
  readonly score: number;
  readonly cameraFromObject: Transform;
  readonly sizeM: Vector3;
}

/** What a sensor without pictures reports at one instant. */
export interface SceneReport {
  /** Things in view, in `map`. */
  readonly sightings: readonly Sighting[];
  /** Joint positions of the drawers and doors in view, m or rad. */
  readonly articulations: ReadonlyMap<string, number>;
  /** Surfaces and containers that were wholly in clear view. */
  readonly covered: Iterable<string>;
  readonly detectionChance: DetectionChance;
}

/** How often things of these classes were at a place in earlier tasks, faded with time, by fixture id. */
export type PlaceRecall = (classNames: readonly string[]) => ReadonlyMap<string, number>;

/** Pixels at which half of the detections are missed; the stated noise of the detector. */
const halfMissPixels = 60;
const maxDetectionRangeM = 4;
/** Detections below this score start no track. */
const minScore = 0.3;
/** Depth pictures and detections closer than this belong together, s. */
const samePictureS = 0.02;
const quarterTurn: QuaternionXyzw = [0, 0, Math.SQRT1_2, Math.SQRT1_2];
const coveragePeriodS = 0.35;

/**
 * The agent's world: what it was told by the prior map and what it has seen since.
 *
 * It starts with furniture and articulations of unknown state, and without any movable object. Nothing but
 * observations and confirmed effects of skills changes it.
 */
export class Belief {
  readonly map: WorldMap;
  readonly tracker: ObjectTracker;
  readonly coverage: Coverage;
  readonly #robots = new Map<string, RobotState>();
  readonly #articulations = new Map<string, ArticulationBelief>();
  readonly #buttons = new Map<string, PressWitness>();
  readonly #faces = new Faces();
  /** When the place of a spill that is not seen was last in clear view, s, by id. */
  readonly #clearS = new Map<string, number>();
  /** Relations that skills brought about and that no picture has contradicted, by object id. */
  readonly #asserted = new Map<string, Relation & { readonly sinceS: number }>();
  /** What a robot's running skill is to move, by robot. */
  readonly #handled = new Map<string, string>();
  #occluders: readonly Occluder[] = [];
  #occluderKey = '';
  #depth: (DepthPicture & { readonly stampS: number }) | undefined;
  #coverageS = Number.NEGATIVE_INFINITY;
  #pictureS = Number.NEGATIVE_INFINITY;
  #pictures = 0;
  /** Grows whenever anything but the tracker's objects changes. */
  #changes = 0;
  readonly #frames: FixtureFrames;
  readonly #relations = new Map<ObjectTrack, Relation>();
  #relationsRevision = -1;
  #vessels: readonly ObjectTrack[] = [];
  /** Asked for things that are not seen. */
  readonly recall: PlaceRecall;

  /** @param recall - what is remembered of earlier tasks; nothing without it */
  constructor(map: WorldMap, robots: readonly RobotBody[], recall: PlaceRecall = () => new Map()) {
    this.map = map;
    this.tracker = new ObjectTracker();
    this.recall = recall;
    this.#frames = new FixtureFrames(map, (id) => this.articulationPosition(id));
    this.coverage = new Coverage(map);
    for (const body of robots) this.#robots.set(body.name, newRobotState(body));
    for (const fixture of map.fixtures.values()) {
      const { articulation } = fixture;
      if (articulation === undefined) continue;
      // How far a button is in no picture can tell.
      if (isButton(articulation)) this.#buttons.set(fixture.id, new PressWitness(map.prior, articulation));
      else this.#articulations.set(fixture.id, new ArticulationBelief(map.prior, articulation));
    }
  }

  /** Pictures taken in so far; callers wait for it to grow to know that what they read is fresh. */
  get pictures(): number {
    return this.#pictures;
  }

  /** Time of the newest picture, s. */
  get pictureS(): number {
    return this.#pictureS;
  }

  /** Grows whenever the belief changes; what is computed from it is valid as long. */
  get revision(): number {
    return this.#changes + this.tracker.revision;
  }

  robot(name: string): RobotState | undefined {
    return this.#robots.get(name);
  }

  robots(): readonly RobotState[] {
    return [...this.#robots.values()];
  }

  /** Takes in where a robot's base and tool are. */
  observeRobot(name: string, mapFromBase: Transform, mapFromTool: Transform): void {
    const robot = this.#robots.get(name);
    if (robot === undefined) return;
    this.#changes += 1;
    observeBody(robot, mapFromBase, mapFromTool);
    const held = this.heldBy(name);
    // Once the fingers are open, the thing stays where they let go, whatever the hand does then.
    if (held !== undefined && gripEvidence(robot) !== 'empty') held.positionM = mapFromTool.translation;
  }

  /** Takes in a joint state; a held object is lost when the fingers have shut on nothing. */
  observeJoints(name: string, apertureM: number, effortN: number, nowS: number): void {
    const robot = this.#robots.get(name);
    if (robot === undefined) return;
    const pressedBefore = gripEvidence(robot) === 'holding';
    observeGripper(robot, apertureM, effortN, nowS);
    if (!pressedBefore && gripEvidence(robot) === 'holding' && this.heldBy(name) === undefined)
      noteGrip(robot);
    if (!hasDropped(robot)) return;
    const held = this.heldBy(name);
    if (held !== undefined) this.tracker.markMissing(held.id);
  }

  /** Takes in what an arm feels while it reaches out. Runs at joint state rate. */
  observeArm(name: string, feel: ArmFeel): void {
    const robot = this.#robots.get(name);
    if (robot === undefined) return;
    for (const button of this.#buttons.values()) button.feel(robot.mapFromTool, feel);
  }

  /** Takes in a face. @param atM - middle of the head, in `map` */
  observeFace(atM: Vector3, stampS: number): void {
    if (this.#faces.since(Number.NEGATIVE_INFINITY).length === 0) this.#changes += 1;
    this.#faces.see(atM, stampS);
  }

  /** Faces that were seen since a time, in `map`. */
  faces(sinceS: number): readonly Vector3[] {
    return this.#faces.since(sinceS);
  }

  /** What is felt of a button; undefined for what is none. */
  button(id: string): PressWitness | undefined {
    return this.#buttons.get(id);
  }

  /** Keeps a depth picture for the detections of the same instant, and looks at drawers and doors in it. */
  observeDepth(picture: DepthPicture, stampS: number): void {
    this.#changes += 1;
    this.#depth = { ...picture, stampS };
    for (const belief of this.#articulations.values()) belief.look(picture, stampS);
  }

  /** Takes in one picture's detections. Runs at camera rate. */
  observeDetections(view: CameraView, detections: readonly CameraDetection[], stampS: number): void {
    const occluders = this.#currentOccluders();
    const sightings: Sighting[] = [];
    for (const detection of detections) {
      if (detection.score < minScore) continue;
      const pose = view.mapFromCamera.multiply(detection.cameraFromObject);
      const [x, y, z] = detection.cameraFromObject.translation;
      const [width, depth, height] = detection.sizeM;
      // The long side first: an upright box that is turned by a quarter is the same box.
      const isTurned = depth > width;
      sightings.push({
        className: detection.className,
        score: detection.score,
        positionM: pose.translation,
        orientation: isTurned ? multiplyQuaternions(pose.rotation, quarterTurn) : pose.rotation,
        sizeM: isTurned ? [depth, width, height] : detection.sizeM,
        rangeM: Math.hypot(x, y, z),
      });
    }
    const chance: DetectionChance = (track) => this.#detectionChance(track, view, occluders, stampS);
    this.tracker.observe(sightings, stampS, chance, this.#hands());
    this.#noteClearPlaces(chance, stampS);
    for (const track of this.tracker.objects()) if (track.visible) this.#asserted.delete(track.id);
    if (stampS - this.#coverageS >= coveragePeriodS) {
      this.#coverageS = stampS;
      this.coverage.observe(
        view,
        stampS,
        occluders,
        (id) => this.articulationPosition(id),
        (fixture) => this.#isShut(fixture),
      );
    }
    this.#pictureS = stampS;
    this.#pictures += 1;
  }

  /** Takes in one report of a sensor that has no pictures, such as a symbolic world. */
  observeScene(report: SceneReport, stampS: number): void {
    this.#changes += 1;
    for (const [id, position] of report.articulations)
      this.#articulations.get(id)?.observe({ position, agreement: 1 }, stampS);
    this.tracker.observe(report.sightings, stampS, report.detectionChance, this.#hands());
    this.#noteClearPlaces(report.detectionChance, stampS);
    for (const track of this.tracker.objects()) if (track.visible) this.#asserted.delete(track.id);
    for (const id of report.covered) this.coverage.mark(id, stampS);
    this.#pictureS = stampS;
    this.#pictures += 1;
  }

  #noteClearPlaces(chance: DetectionChance, stampS: number): void {
    for (const track of this.tracker.objects())
      if (!track.visible && isSpill(classOf(track)) && chance(track) > 0.5)
        this.#clearS.set(track.id, stampS);
  }

  /** When a picture last showed the place of a spill clearly and no spill there, s. */
  clearSinceS(id: string): number {
    return this.#clearS.get(id) ?? Number.NEGATIVE_INFINITY;
  }

  /** Believed joint position, m or rad; 0 (closed) while nothing is known. */
  articulationPosition(id: string): number {
    const position = this.#articulations.get(id)?.position ?? 0;
    return Number.isNaN(position) ? 0 : position;
  }

  articulation(id: string): ArticulationBelief | undefined {
    return this.#articulations.get(id);
  }

  /** A skill that is to move an object begins: what is seen of its class at the tool is this object. */
  beginHandling(robot: string, objectId: string, nowS: number): void {
    const track = this.tracker.find(objectId);
    if (track === undefined) return;
    track.handledS = nowS;
    this.tracker.noteChange();
    this.#handled.set(robot, objectId);
  }

  /** The skill has ended. */
  endHandling(robot: string): void {
    this.#handled.delete(robot);
  }

  #hands(): readonly Hand[] {
    return this.robots().flatMap((robot) => {
      const objectId = this.heldBy(robot.name)?.id ?? this.#handled.get(robot.name);
      return objectId === undefined ? [] : [{ objectId, toolM: robot.mapFromTool.translation }];
    });
  }

  /** Returns the object that a robot holds. */
  heldBy(robot: string): ObjectTrack | undefined {
    return this.tracker.objects().find((track) => track.heldBy === robot);
  }

  /** Returns what an object stands on, lies in or is held by. */
  relation(track: ObjectTrack): Relation {
    const asserted = this.#asserted.get(track.id);
    if (asserted !== undefined && track.heldBy === undefined && track.state === 'confirmed') return asserted;
    const { revision } = this;
    if (revision !== this.#relationsRevision) {
      this.#relationsRevision = revision;
      this.#relations.clear();
      this.#vessels = this.tracker.objects().filter((other) => isVessel(classOf(other)));
    }
    let relation = this.#relations.get(track);
    if (relation === undefined) {
      relation = relationOf(track, this.tracker.objects(), this.#vessels, this.#frames);
      this.#relations.set(track, relation);
    }
    return relation;
  }

  /** Time of the skill whose confirmed effect put an object where it is, s; undefined for what was seen there. */
  assertedS(track: ObjectTrack): number | undefined {
    return this.#asserted.get(track.id)?.sinceS;
  }

  /** Returns the fixture around a point as it stands now, or an empty string. */
  fixtureAround(pointM: Vector3): string {
    return this.#frames.around(pointM);
  }

  /** Writes a confirmed grasp. */
  confirmHolding(robot: string, objectId: string): void {
    const track = this.tracker.find(objectId);
    const tool = this.#robots.get(robot)?.mapFromTool;
    if (track === undefined) return;
    this.tracker.noteChange();
    track.state = 'confirmed';
    track.heldBy = robot;
    track.presence = Math.max(track.presence, 3);
    if (tool !== undefined) track.positionM = tool.translation;
    this.#asserted.delete(objectId);
  }

  /** Writes a confirmed release: the object left the hand; where it went is for pictures to say. */
  confirmReleased(robot: string): void {
    const held = this.heldBy(robot);
    if (held !== undefined) this.tracker.release(held.id);
  }

  /** Writes a relation that follows from a confirmed release where no picture can show it, e.g. at the bottom of a bin. */
  confirmRelation(objectId: string, relation: 'in' | 'on', support: string, nowS: number): void {
    const track = this.tracker.find(objectId);
    if (track === undefined) return;
    this.tracker.noteChange();
    track.state = 'confirmed';
    track.presence = Math.max(track.presence, 1.5);
    track.judgedS = nowS;
    this.#asserted.set(objectId, { relation, support, sinceS: nowS });
  }

  /** Forgets everything that was seen, for a reset scene. */
  reset(): void {
    this.#changes += 1;
    this.tracker.clear();
    this.coverage.clear();
    this.#asserted.clear();
    this.#faces.clear();
    this.#clearS.clear();
    for (const button of this.#buttons.values()) button.begin();
    for (const belief of this.#articulations.values()) belief.position = Number.NaN;
    this.#depth = undefined;
  }

  #isShut(fixture: Fixture): boolean {
    if (fixture.behind === undefined) return false;
    return this.#articulations.get(fixture.behind)?.state !== 'open';
  }

  #currentOccluders(): readonly Occluder[] {
    const positions = new Map<string, number>();
    for (const id of this.#articulations.keys()) positions.set(id, this.articulationPosition(id));
    const key = [...positions.values()].map((value) => value.toFixed(2)).join();
    if (key !== this.#occluderKey) {
      this.#occluderKey = key;
      this.#occluders = occludersOf(placedBoxes(this.map.prior, positions));
    }
    return this.#occluders;
  }

  #detectionChance(
    track: ObjectTrack,
    view: CameraView,
    occluders: readonly Occluder[],
    stampS: number,
  ): number {
    const pixel = projectPoint(view, view.mapFromCamera.inverse(), track.positionM);
    if (pixel === undefined || pixel.depthM > maxDetectionRangeM) return 0;
    const radiusM = Math.max(track.sizeM[0], track.sizeM[1]) / 2;
    const depth = this.#depth;
    if (depth !== undefined && Math.abs(depth.stampS - stampS) < samePictureS) {
      const measuredM =
        depth.depthMm[Math.round(pixel.row) * view.widthPx + Math.round(pixel.column)]! / 1000;
      if (measuredM > 0 && measuredM < pixel.depthM - radiusM - 0.04) return 0;
    }
    if (this.#isBehindObject(track, view.mapFromCamera.translation)) return 0;
    if (isOccluded(view.mapFromCamera.translation, track.positionM, occluders, radiusM + 0.03)) return 0;
    const pixels = expectedPixels(view, track.sizeM, pixel.depthM);
    return Math.max(0, 1 - 0.5 * (halfMissPixels / Math.max(pixels, 1)) ** 2);
  }

  /** Tells whether another believed object stands on the line of sight. */
  #isBehindObject(track: ObjectTrack, eye: Vector3): boolean {
    return this.tracker.objects().some((other) => {
      if (other === track || other.state !== 'confirmed') return false;
      const d: Vector3 = [
        track.positionM[0] - eye[0],
        track.positionM[1] - eye[1],
        track.positionM[2] - eye[2],
      ];
      const o: Vector3 = [
        other.positionM[0] - eye[0],
        other.positionM[1] - eye[1],
        other.positionM[2] - eye[2],
      ];
      const along = (d[0] * o[0] + d[1] * o[1] + d[2] * o[2]) / (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
      if (along <= 0.05 || along >= 0.98) return false;
      const off = Math.hypot(o[0] - along * d[0], o[1] - along * d[1], o[2] - along * d[2]);
      return off < Math.max(...other.sizeM) / 2;
    });
  }
}
