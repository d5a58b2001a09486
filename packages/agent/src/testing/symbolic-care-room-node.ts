import { quaternionFromRpy, Transform, type Vector3 } from '@efferent/core';
import { furnitureTransform } from '@efferent/robot';
import { isSpill } from '../language/lexicon.ts';
import { type SkillArguments, SymbolicKitchen } from './symbolic-kitchen-node.ts';

/** How far the arm is stretched out at a button, m, and by what steps it pushes. */
const touchesAtM = 0.2;
const stepM = 0.002;
/** The grasp point of the shut hand is this far before what it touches, m. */
const fingersM = 0.06;

/** A care room without physics: buttons give way, what is wiped is gone, and somebody sits there. */
export class SymbolicCareRoom extends SymbolicKitchen {
  /** How far buttons give way, m. */
  buttonWayM = 0.012;
  /** Where a held thing is offered, m before the middle of the face. */
  offeredAtM = 0.35;

  protected override get faces(): readonly Vector3[] {
    return [[1.5, -0.3, 1.26]];
  }

  protected override async apply(skill: string, given: SkillArguments): Promise<string> {
    const argument = (name: string) => given.find((candidate) => candidate.name === name)!;
    switch (skill) {
      case 'press':
        return this.#press(argument('fixture').value);
      case 'wipe':
        return this.#wipe(argument('target'));
      case 'offer': {
        if (this.held === '') return 'hand-empty';
        const [x, y, z] = this.faces[0]!;
        this.mapFromTool = new Transform([x - this.offeredAtM, y, z], [0, 0, 0, 1]);
        this.lookAt([x, y, z], undefined);
        return '';
      }
      default:
        return super.apply(skill, given);
    }
  }

  /** Pushes on until the button does not give way any more, and draws back. */
  async #press(id: string): Promise<string> {
    const { articulation } = this.map.fixture(id)!;
    const mapFromFurniture = furnitureTransform(this.prior, articulation!.furnitureId);
    const [x, y, z] = mapFromFurniture.apply(articulation!.handle.positionM);
    const [ax, ay] = articulation!.axis;
    const heading = mapFromFurniture.yaw + Math.atan2(ay, ax);
    this.mapFromTool = new Transform(
      [x - fingersM * Math.cos(heading), y - fingersM * Math.sin(heading), z],
      quaternionFromRpy(0, 0, heading),
    );
    for (let wayM = -0.01; wayM <= 0.02; wayM += stepM) {
      const extensionM = touchesAtM + Math.min(wayM, this.buttonWayM);
      this.arm = { extensionM, effortN: wayM < 0 ? 0 : wayM < this.buttonWayM ? 6 : 20 };
      await this.node.sleep(150);
    }
    this.arm = { extensionM: 0.1, effortN: 0 };
    await this.node.sleep(150);
    return '';
  }

  #wipe(target: SkillArguments[number]): string {
    if (this.held === '') return 'hand-empty';
    const fixture = this.map.fixture(target.value);
    const [near] = this.thingNear(target) ?? [''];
    for (const [id, { className }] of [...this.things])
      if (isSpill(className) && (fixture !== undefined || id === near)) this.things.delete(id);
    this.lookAt(fixture?.mapFromCenter.translation ?? this.things.get(this.held)!.at, fixture?.furnitureId);
    return '';
  }
}
