import { rotateVector, type Vector3 } from '@efferent/core';
import { furnitureTransform, isButton, type MapArticulation, type PriorMap } from '@efferent/robot';
import { SkillFailure } from './skill-failure.ts';

/** An approach steeper than this is not level, sine of its elevation. */
const levelSine = 0.3;

/** Where a button is pressed by a level hand, map frame. */
export interface Button {
  readonly articulation: MapArticulation;
  /** Middle of the face that is pushed, while the button is out, m. */
  readonly faceM: Vector3;
  /** Heading in which it is pushed, rad. */
  readonly headingRad: number;
  /** From this way on it has acted, m. */
  readonly clickM: number;
}

/**
 * Finds a button in the prior map: by its id, or as the only one of a piece of furniture.
 *
 * @throws {@link SkillFailure} code `invalid-argument` for anything that is no button, `unreachable` for one that is not pushed level
 */
export function findButton(map: PriorMap, id: string): Button {
  const buttons = map.articulations.filter(isButton);
  const onFurniture = buttons.filter(({ furnitureId }) => furnitureId === id);
  const articulation =
    buttons.find((each) => each.id === id) ?? (onFurniture.length === 1 ? onFurniture[0] : undefined);
  if (articulation === undefined) throw notAButton(map, id, buttons);
  const { handle, boxes, openAt, furnitureId } = articulation;
  const mapFromFurniture = furnitureTransform(map, furnitureId);
  const [ax, ay, az] = handle.approach;
  if (!isLevel(articulation))
    throw new SkillFailure(
      'unreachable',
      `${id} is pushed from ${az < 0 ? 'above' : 'below'}; the hand presses only level`,
    );
  // The outermost face of the moving part, on the side from which the hand comes.
  const outM = Math.max(
    ...[...boxes, { centerM: handle.positionM, sizeM: handle.sizeM }].map(({ centerM, sizeM }) => {
      const along = [0, 1, 2].map(
        (i) => (centerM[i as 0] - handle.positionM[i as 0]) * -handle.approach[i as 0],
      );
      const half = [0, 1, 2].map((i) => (sizeM[i as 0] / 2) * Math.abs(handle.approach[i as 0]));
      return [...along, ...half].reduce((sum, each) => sum + each, 0);
    }),
  );
  const [x, y, z] = handle.positionM;
  const ahead = rotateVector(mapFromFurniture.rotation, handle.approach);
  return {
    articulation,
    faceM: mapFromFurniture.apply([x - outM * ax, y - outM * ay, z - outM * az]),
    headingRad: Math.atan2(ahead[1], ahead[0]),
    clickM: openAt,
  };
}

/** Tells whether a hand comes level to a handle. */
export const isLevel = ({ handle }: MapArticulation): boolean => Math.abs(handle.approach[2]) <= levelSine;

function notAButton(map: PriorMap, id: string, buttons: readonly MapArticulation[]): SkillFailure {
  const known = buttons.map((each) => each.id).join(', ') || 'none';
  const isPulled = map.articulations.some((each) => each.id === id);
  return new SkillFailure(
    'invalid-argument',
    isPulled
      ? `"${id}" is pulled open at its handle, not pressed: use open or close; buttons of ${map.id}: ${known}`
      : `no button is called "${id}" in ${map.id}; there are: ${known}`,
  );
}
