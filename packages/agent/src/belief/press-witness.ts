import { dot3, rotateVector, subtract3, type Transform, type Vector3 } from '@efferent/core';
import { furnitureTransform, type MapArticulation, type PriorMap } from '@efferent/robot';

/** From this effort of the arm on the hand touches something, N. */
const touchN = 2;
/** The way of a button may be felt short by so much, m: the touch is felt a little late. */
const lateM = 0.0025;
/** The grasp point of shut fingers is this far before the button at most, and beyond it, m: fingertips stand ahead of it. */
const beforeM = 0.14;
const beyondM = 0.03;
/** What the map and the place of the robot may be wrong by, across the button, m. */
const acrossM = 0.03;
/** The hand points along the way of the button at least so well, cosine. */
const leastAlong = 0.9;
/** Drawn back by this much the hand has let go, m. */
const letGoM = 0.01;

/** What an arm measures while it reaches out. */
export interface ArmFeel {
  /** How far it is stretched out, m. */
  readonly extensionM: number;
  /** With what it pushes ahead, N. */
  readonly effortN: number;
}

/**
 * Watches whether a button is pressed, by what the robot measures: with the hand before the button and pointing along its way,
 * the arm meets something and moves on against it, as far as the button's way until it acts.
 *
 * A wall stops the arm, and nothing at all does not push back. Only the difference between two extensions of the arm counts,
 * so that neither the map nor the place of the robot has to be right to millimetres.
 */
export class PressWitness {
  readonly #articulation: MapArticulation;
  readonly #buttonM: Vector3;
  readonly #wayOfButton: Vector3;
  readonly #radiusM: number;
  #touchedAtM: number | undefined;
  #gaveWayM = 0;
  #pushedN = 0;
  /** Whether any arm has told what it feels. */
  isWatched = false;

  constructor(map: PriorMap, articulation: MapArticulation) {
    this.#articulation = articulation;
    const mapFromFurniture = furnitureTransform(map, articulation.furnitureId);
    this.#buttonM = mapFromFurniture.apply(articulation.handle.positionM);
    this.#wayOfButton = rotateVector(mapFromFurniture.rotation, articulation.axis);
    this.#radiusM = Math.max(...articulation.boxes.map(({ sizeM }) => Math.max(...sizeM) / 2));
  }

  /** Forgets what was felt, for a new press. */
  begin(): void {
    this.#touchedAtM = undefined;
    this.#gaveWayM = 0;
    this.#pushedN = 0;
  }

  /** Takes in one joint state. Runs at joint state rate; does not allocate away from the button. */
  feel(mapFromTool: Transform, { extensionM, effortN }: ArmFeel): void {
    this.isWatched = true;
    if (!this.#isAimedAt(mapFromTool)) {
      this.#touchedAtM = undefined;
      return;
    }
    if (this.#touchedAtM !== undefined && extensionM < this.#touchedAtM - letGoM)
      this.#touchedAtM = undefined;
    if (effortN < touchN) return;
    this.#touchedAtM ??= extensionM;
    this.#gaveWayM = Math.max(this.#gaveWayM, extensionM - this.#touchedAtM);
    this.#pushedN = Math.max(this.#pushedN, effortN);
  }

  /** Whether something where the button is gave way as far as the button has to. */
  get isPressed(): boolean {
    return this.#gaveWayM >= this.#articulation.openAt - lateM;
  }

  /** What was felt since {@link begin}, for people. */
  get evidence(): string {
    const { id } = this.#articulation;
    if (this.#pushedN === 0) return `the arm felt nothing push back at the ${id}`;
    const way = `${(this.#gaveWayM * 1000).toFixed(0)} mm`;
    const felt = `what the hand pushed with ${this.#pushedN.toFixed(0)} N gave way by ${way}`;
    return this.isPressed ? felt : `${felt} only, and the ${id} acts from ${this.#needed} on`;
  }

  get #needed(): string {
    return `${(this.#articulation.openAt * 1000).toFixed(0)} mm`;
  }

  #isAimedAt({ translation, rotation }: Transform): boolean {
    const fromButton = subtract3(translation, this.#buttonM);
    const alongM = dot3(fromButton, this.#wayOfButton);
    if (alongM < -beforeM || alongM > beyondM) return false;
    const asideM = Math.sqrt(Math.max(0, dot3(fromButton, fromButton) - alongM * alongM));
    if (asideM > this.#radiusM + acrossM) return false;
    return dot3(rotateVector(rotation, ahead), this.#wayOfButton) > leastAlong;
  }
}

/** The tool's x axis is its approach. */
const ahead: Vector3 = [1, 0, 0];
