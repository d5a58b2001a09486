import { ContractError } from '@efferent/core';

/**
 * The vocabulary in which skills state what must hold before them and what holds after them.
 * `kinds` says what each argument names; a value of the parameter types `object`, `fixture`, `surface`, `place` …
 */
export const predicateSignatures = {
  /** The gripper holds nothing. */
  'hand-empty': [],
  /** The gripper holds the object. */
  holding: ['object'],
  /** The thing's pose is believed. */
  known: ['thing'],
  /** Nothing closed is around the thing, and the thing itself is not a closed fixture. */
  accessible: ['thing'],
  /** The robot stands at the place (or in front of the thing). */
  at: ['place'],
  /** A base pose exists from which the arm gets to the thing. */
  reachable: ['thing'],
  /** The drawer or door is open. */
  open: ['fixture'],
  /** The drawer or door is closed. */
  closed: ['fixture'],
  /** The object lies in the container. */
  in: ['object', 'container'],
  /** The object stands on the surface. */
  on: ['object', 'surface'],
  /** The thing was looked at with fresh pictures: what is there to see is in the detections. */
  inspected: ['thing'],
  /** The button was pushed in until it acted. */
  pressed: ['fixture'],
  /** Nothing of the spill is left, or the surface was wiped. */
  wiped: ['thing'],
  /** The held object is upright before the face of the person who is at the place. */
  offered: ['object', 'place'],
  /** The arm is folded over the base. */
  stowed: [],
} as const satisfies Record<string, readonly string[]>;

export type PredicateName = keyof typeof predicateSignatures;

/** One atom, e.g. `holding(object)`; the arguments are parameter names of the skill that states it. */
export interface PredicateTerm {
  readonly predicate: PredicateName;
  readonly arguments: readonly string[];
  /** True for `not holding(object)`. */
  readonly negated: boolean;
}

const termPattern = /^(not )?([a-z-]+)(?:\(([a-z_-]+(?:, ?[a-z_-]+)*)\))?$/;

/** Reads the text form of a term. @throws {@link ContractError} code `unknown-predicate` or `bad-predicate`. */
export function parsePredicate(text: string): PredicateTerm {
  const match = termPattern.exec(text);
  if (match === null) {
    throw new ContractError({
      code: 'bad-predicate',
      message: `"${text}" is not a predicate; write e.g. "holding(object)" or "not open(fixture)"`,
      fields: { text },
    });
  }
  const name = match[2] as PredicateName;
  const signature = predicateSignatures[name];
  const given = match[3] === undefined ? [] : match[3].split(',').map((part) => part.trim());
  if (signature === undefined || signature.length !== given.length) {
    throw new ContractError({
      code: 'unknown-predicate',
      message: `"${text}": ${signature === undefined ? `no predicate "${name}"; known are ${Object.keys(predicateSignatures).join(', ')}` : `${name} takes ${signature.length} arguments, got ${given.length}`}`,
      fields: { text },
    });
  }
  return { predicate: name, arguments: given, negated: match[1] !== undefined };
}

/** Writes a term as text, the form of `SkillContract.msg`. */
export function formatPredicate(term: PredicateTerm): string {
  const list = term.arguments.length === 0 ? '' : `(${term.arguments.join(', ')})`;
  return `${term.negated ? 'not ' : ''}${term.predicate}${list}`;
}
