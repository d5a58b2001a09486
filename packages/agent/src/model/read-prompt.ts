import { checkWithSchema, describeProblem, object } from '@efferent/core';
import { parsePredicate } from '@efferent/skills';
import * as v from 'valibot';
import { answerSchemas } from './answer-schemas.ts';
import type { PromptContent } from './prompt-content.ts';
import { badPrompt, listOf, readSections, recordOf, type Sections } from './prompt-sections.ts';

const texts = ['examples', 'task', 'answer schema'];
/** Sections of the user message that are put together from others. */
const records = ['question', 'belief'];

/**
 * Reads a request back from the two messages that {@link renderPrompt} wrote: its inverse, up to the third decimal of numbers.
 *
 * @throws {@link LanguageModelError} code `bad-prompt`, naming the section that is missing or wrong
 */
export function readPrompt(prompt: { readonly system: string; readonly user: string }): PromptContent {
  const fixed = readSections(prompt.system, texts);
  const told = readSections(prompt.user, texts);
  const remembered = [...told].filter(([heading]) => !records.includes(heading.split(' ', 1)[0]!));
  const content = {
    question: recordOf(told, 'question'),
    belief: readBelief(fixed, told),
    skills: listOf(fixed, 'skills').map(readSkill),
    robots: listOf(fixed, 'robots'),
    ...Object.fromEntries(
      remembered.map(([name, section]) => [name, 'list' in section ? section.list : section.value]),
    ),
  };
  const checked = checkWithSchema(contentSchema, content);
  if (checked.problems !== undefined)
    throw badPrompt(
      'question',
      `and what belongs to it cannot be used: ${describeProblem(checked.problems[0], 'prompt')}`,
    );
  return content as unknown as PromptContent;
}

function readBelief(fixed: Sections, told: Sections): Record<string, unknown> {
  const belief = recordOf(told, 'belief');
  const known = new Map(recordList(fixed, 'map fixtures').map((part) => [part.id, part]));
  const fixtures = recordList(told, 'belief fixtures').map((part) => ({ ...known.get(part.id), ...part }));
  const places = listOf(fixed, 'map places');
  return { ...belief, fixtures, places, rooms: listOf(fixed, 'map rooms') };
}

function recordList(sections: Sections, heading: string): readonly Record<string, unknown>[] {
  return listOf(sections, heading).map((entry) => {
    if (typeof entry !== 'object' || entry === null)
      throw badPrompt(heading, 'holds an entry that is no record');
    return entry as Record<string, unknown>;
  });
}

function readSkill(entry: unknown): unknown {
  const checked = checkWithSchema(skillTexts, entry);
  if (checked.problems !== undefined)
    throw badPrompt('skills', describeProblem(checked.problems[0], 'an entry'));
  try {
    const { preconditions, effects } = checked.output;
    return {
      ...(entry as object),
      preconditions: preconditions.map(parsePredicate),
      effects: effects.map(parsePredicate),
    };
  } catch (cause) {
    throw badPrompt('skills', `holds a statement that nobody knows: ${String(cause)}`, cause);
  }
}

const skillTexts = object({
  name: v.string(),
  preconditions: v.array(v.string()),
  effects: v.array(v.string()),
});

const named = object({ name: v.string() });
const identified = object({ id: v.string() });

/** What a reader relies on; the rest is kept as it comes. */
const contentSchema = object({
  question: object({ purpose: v.picklist(Object.keys(answerSchemas)) }),
  instruction: v.string(),
  belief: object({
    timeS: v.number(),
    objects: v.array(object({ id: v.string(), className: v.string() })),
    fixtures: v.array(object({ id: v.string(), names: v.array(v.string()), kind: v.string() })),
    places: v.array(identified),
    rooms: v.array(identified),
    relations: v.array(object({ subject: v.string(), relation: v.string(), object: v.string() })),
    expected: v.array(object({ classNames: v.array(v.string()) })),
    robots: v.array(named),
  }),
  skills: v.array(object({ name: v.string(), description: v.string(), parameters: v.array(named) })),
  robots: v.array(object({ name: v.string(), skills: v.array(v.string()) })),
  history: v.array(object({ kind: v.string(), text: v.string() })),
  failures: v.array(object({ skill: v.string(), arguments: v.record(v.string(), v.string()) })),
  answers: v.record(v.string(), v.string()),
  achieved: v.array(v.string()),
  bindings: v.record(v.string(), v.string()),
});
