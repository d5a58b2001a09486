import { finiteNumber, identifier, matching, oneForm, positiveNumber, strictObject } from '@efferent/core';
import * as v from 'valibot';

/** An id, or the name of a slot in braces. */
export const reference = v.pipe(
  v.string(),
  matching(/^(\{[a-z][a-z0-9-]*\}|[a-z][a-z0-9-]*)$/, 'an id or a slot like {item}'),
);

/** One thing that must be true in the end. Movable things must also be at rest and not held, unless `held` asks for it. */
export const condition = oneForm([
  strictObject({ object: reference, inside: reference }),
  strictObject({ object: reference, on: reference }),
  strictObject({ object: reference, at: reference }),
  strictObject({
    object: reference,
    held: v.literal(true),
    /** The lowest that its foot may be, m above the floor. */
    above_m: v.optional(finiteNumber),
  }),
  strictObject({
    object: reference,
    /** A person of the scene: it is held still and upright before their face. */
    before_face_of: identifier,
    /** Least and greatest distance of its side from the face, m. */
    distance_m: v.strictTuple([positiveNumber, positiveNumber]),
    tilt_deg: v.optional(positiveNumber, 15),
  }),
  strictObject({
    /** A stain of the scene, and the share of it that must have been wiped. */
    wiped: identifier,
    share: v.pipe(positiveNumber, v.maxValue(1)),
  }),
  strictObject({ category: identifier, inside: reference }),
  strictObject({ part: reference, state: v.picklist(['open', 'closed', '{state}']) }),
  strictObject({ cleared: reference, except: v.optional(v.array(reference), []) }),
]);

export type CardCondition = v.InferOutput<typeof condition>;
