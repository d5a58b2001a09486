import { formatPredicate, type SkillContract } from '@efferent/skills';
import type { RelationView } from '../belief/belief-view.ts';
import { answerSchemas } from './answer-schemas.ts';
import type { ModelPurpose } from './language-model.ts';
import { believedPart, contentOf, fixedPart, type PromptContent, relationData } from './prompt-content.ts';
import { demonstrationsFor, type PromptFile, promptFile } from './prompt-files.ts';
import { listSection, recordSections, textSection, valueSection } from './prompt-sections.ts';
import { schemaForServer } from './schema-for-server.ts';

export interface Prompt {
  readonly system: string;
  readonly user: string;
  /** The files that it is made of, with their versions, e.g. `system@1 decompose@1 plan-rules@1`. */
  readonly version: string;
}

/**
 * Writes a request as the two messages of a chat.
 *
 * The system message holds rules, and what stays the same from call to call first, so that servers reuse it: skills, robots,
 * map, then the task of this purpose and the schema of its answer. The user message is data alone. Equal requests give equal
 * text, and {@link readPrompt} reads all of it back.
 */
export function renderPrompt(request: PromptContent): Prompt {
  const { question, instruction, belief, skills, robots, ...remembered } = contentOf(request);
  const role = promptFile('system');
  const demonstrations = demonstrationsFor(new Set(skills.map((skill) => skill.name)));
  const task = withParts(promptFile(question.purpose));
  const system = [
    role.text,
    listSection('skills', skills.map(skillData)),
    ...(demonstrations.length === 0
      ? []
      : [textSection('examples', demonstrations.map((each) => each.text).join('\n'))]),
    listSection('robots', robots),
    listSection('map fixtures', belief.fixtures.map(fixedPart)),
    listSection('map places', belief.places),
    listSection('map rooms', belief.rooms),
    listSection('map relations', belief.relations.filter(isOfMap).map(relationData)),
    textSection('task', task.map((each) => each.text).join('\n')),
    textSection('answer schema', answerForm(question.purpose)),
  ].join('\n\n');
  const { places: _places, rooms: _rooms, ...believed } = belief;
  const user = [
    valueSection('instruction', instruction),
    ...recordSections('question', question),
    ...Object.entries(remembered)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => (Array.isArray(value) ? listSection(name, value) : valueSection(name, value))),
    ...recordSections('belief', {
      ...believed,
      fixtures: belief.fixtures.map(believedPart),
      relations: belief.relations.filter((edge) => !isOfMap(edge)).map(relationData),
    }),
  ].join('\n\n');
  const version = [role, ...demonstrations, ...task].map((file) => `${file.id}@${file.version}`).join(' ');
  return { system, user, version };
}

const answerForms = new Map<ModelPurpose, string>();

/** The schema of an answer; llama.cpp holds a model to it without showing it to the model. */
function answerForm(purpose: ModelPurpose): string {
  const known = answerForms.get(purpose);
  if (known !== undefined) return known;
  const form = JSON.stringify(schemaForServer(answerSchemas[purpose]));
  answerForms.set(purpose, form);
  return form;
}

const isOfMap = (edge: RelationView): boolean => edge.source === 'map';

const withParts = (file: PromptFile): readonly PromptFile[] => [
  file,
  ...file.with.flatMap((id) => withParts(promptFile(id))),
];

const skillData = (skill: SkillContract) => ({
  ...skill,
  preconditions: skill.preconditions.map(formatPredicate),
  effects: skill.effects.map(formatPredicate),
});
