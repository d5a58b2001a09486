import type { SkillBody } from './skill-body.ts';

/** From this effort of the arm on, beyond that of free motion, the hand touches something, N. */
const touchN = 2;
/** A hand that pushes this hard does not push on, N. */
const stopN = 18;

/** What an arm feels while it pushes ahead: where it touched something, how far that gave way, and how hard it pushed. */
export class PressFeel {
  readonly #body: SkillBody;
  readonly #extension: string;
  /** Effort before anything was touched, N. */
  readonly #freeN: number;
  #touchedAtM: number | undefined;
  #deepestM: number;
  #pushedN = 0;

  constructor(body: SkillBody, extension: string) {
    this.#body = body;
    this.#extension = extension;
    this.#freeN = body.effort(extension);
    this.#deepestM = body.position(extension);
  }

  /** Takes in what is felt now; true when the hand need not push on. */
  isEnough(): boolean {
    const positionM = this.#body.position(this.#extension);
    const effortN = this.#body.effort(this.#extension) - this.#freeN;
    if (effortN > touchN) this.#touchedAtM ??= positionM;
    this.#deepestM = Math.max(this.#deepestM, positionM);
    this.#pushedN = Math.max(this.#pushedN, effortN);
    return effortN > stopN;
  }

  /** Extension of the arm where it touched something, m; undefined when it never did. */
  get touchedAtM(): number | undefined {
    return this.#touchedAtM;
  }

  /** How far what was touched gave way, m. */
  get gaveWayM(): number {
    return this.#touchedAtM === undefined ? 0 : this.#deepestM - this.#touchedAtM;
  }

  /** The hardest push, N. */
  get pushedN(): number {
    return this.#pushedN;
  }
}
