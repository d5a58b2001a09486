import { finiteNumber, identifier, nonEmptyList, nonEmptyString, strictObject } from '@efferent/core';
import * as v from 'valibot';
import { condition, reference } from './card-condition.ts';

const regions = nonEmptyList(identifier);

/** What may disturb an episode once, by name; a card says which of them make sense for it. */
export const perturbationsSchema = strictObject({
  /** The target is somewhere else when the robot is about to pick it. */
  'move-object': v.optional(strictObject({ target: reference, regions })),
  /** Where a held thing was to go is somewhere else. */
  'block-target': v.optional(strictObject({ target: reference, regions })),
  /** Somebody shuts a drawer or door that the robot opened. */
  'close-again': v.optional(strictObject({ part: reference })),
  /** Two things have changed places when the robot is about to pick the first. */
  'swap-objects': v.optional(strictObject({ target: reference, other: reference })),
  /** The held target slips out of the fingers and comes to lie in one of the regions. */
  slip: v.optional(strictObject({ target: reference, regions })),
  /** Somebody stands in front of a piece of furniture for a while after the robot first wants to go there. */
  'block-way': v.optional(
    strictObject({ furniture: reference, seconds: v.pipe(finiteNumber, v.minValue(1)) }),
  ),
  /** The person says something else after the first skill; `goal` holds instead of the card's. */
  'another-wish': v.optional(strictObject({ instruction: nonEmptyString, goal: nonEmptyList(condition) })),
});

export type CardPerturbations = v.InferOutput<typeof perturbationsSchema>;
export type PerturbationName = keyof CardPerturbations;

/** A perturbation whose slots are filled in. */
export interface Perturbation {
  /** Object, part or furniture that it is about; empty for a wish. */
  readonly targetId: string;
  /** Where a thing may go; empty when it goes nowhere. */
  readonly regions: readonly string[];
  /** The thing that the target changes places with; empty without one. */
  readonly otherId: string;
  /** How long the way is blocked, s; 0 without. */
  readonly durationS: number;
  /** What the person says; empty without. */
  readonly instruction: string;
}

/** Fills the slots of a card's perturbations. */
export function bindPerturbations(
  perturbations: CardPerturbations,
  fill: (text: string) => string,
  say: (text: string) => string,
): Partial<Record<PerturbationName, Perturbation>> {
  const bound: Partial<Record<PerturbationName, Perturbation>> = {};
  for (const [name, spec] of Object.entries(perturbations)) {
    if (spec === undefined) continue;
    const target =
      'target' in spec ? spec.target : 'part' in spec ? spec.part : 'furniture' in spec ? spec.furniture : '';
    bound[name as PerturbationName] = {
      targetId: fill(target),
      regions: 'regions' in spec ? spec.regions : [],
      otherId: 'other' in spec ? fill(spec.other) : '',
      durationS: 'seconds' in spec ? spec.seconds : 0,
      instruction: 'instruction' in spec ? say(spec.instruction) : '',
    };
  }
  return bound;
}
