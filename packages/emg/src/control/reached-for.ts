/** Things that are less sure than this are not reached for. */
const leastConfidence = 0.5;
/** Classes of what a hand cannot take: a spill is wiped. */
const notTaken: ReadonlySet<string> = new Set(['spill']);

/** What is believed of a thing; fields of `efferent_interfaces/msg/BeliefObject`. */
export interface BelievedThing {
  readonly class_name: string;
  /** [0, 1] */
  readonly confidence: number;
  readonly relation: string;
}

/** Tells whether a reaching hand may be led to a thing: it is there, in no hand yet, and can be taken. */
export const isReachedFor = ({ class_name: name, confidence, relation }: BelievedThing): boolean =>
  confidence >= leastConfidence && relation !== 'held-by' && !notTaken.has(name);
