import type { SkillContract } from '@efferent/skills';
import { type Atom, formatAtom, parseAtom } from '../belief/atom.ts';
import type { BeliefView } from '../belief/belief-view.ts';
import type { Mention, NamedWords } from '../language/mentions.ts';
import type { RobotOffer } from '../model/language-model.ts';
import type { PlanProposal, ProposedReference, ProposedSubGoal } from '../model/proposal.ts';
import { findSkill } from '../reasoner/operators.ts';
import { symbolicState } from '../reasoner/symbolic-state.ts';
import { idsOf } from '../reasoner/things.ts';
import { completeSteps } from './complete-steps.ts';
import type { CoverageProblem } from './instruction-coverage.ts';
import { meantSkill } from './meant-skill.ts';
import { otherSurface, placeLike, placesToLookAt } from './mend-places.ts';
import { isOfPlaces, MentionMatch } from './mention-match.ts';

/** A plan put right, and in words what was changed. */
export interface MendedPlan {
  readonly proposal: PlanProposal;
  readonly changes: readonly string[];
}

/** What mending a plan depends on. */
export interface MendContext {
  readonly view: BeliefView;
  readonly skills: readonly SkillContract[];
  readonly robots: readonly RobotOffer[];
  /** Goals and looks that were confirmed in this task. */
  readonly achieved: readonly string[];
  /** Ids that a name of the instruction does not mean, by that name. */
  readonly excluded: Readonly<Record<string, readonly string[]>>;
  /** What the instruction names. */
  readonly words: NamedWords;
}

/**
 * Puts a rejected plan right where there is one way to do so: the skill that fits a made-up name, the thing that the
 * instruction names in place of one that it does not, a forgotten member of "all", and steps that the contracts ask for.
 *
 * What a goal is stays the model's word; only names that its instruction contradicts are changed.
 *
 * @param coverage - in what the plan does not keep to the words of the instruction
 * @returns undefined when it takes more than that
 */
export function mendPlan(
  proposal: PlanProposal,
  coverage: readonly CoverageProblem[],
  context: MendContext,
): MendedPlan | undefined {
  const mending = new Mending(proposal, coverage, context);
  mending.renameSkills();
  mending.fillEmpty();
  if (!mending.renameThings() || !mending.addMembers() || !mending.turnStates()) return undefined;
  return mending.finish();
}

class Mending {
  #proposal: PlanProposal;
  readonly #coverage: readonly CoverageProblem[];
  readonly #context: MendContext;
  readonly #changes: string[] = [];

  constructor(proposal: PlanProposal, coverage: readonly CoverageProblem[], context: MendContext) {
    this.#proposal = proposal;
    this.#coverage = coverage;
    this.#context = context;
  }

  /** A made-up skill is the one whose verb or arguments it has. */
  renameSkills(): void {
    const { skills } = this.#context;
    const subGoals = this.#proposal.subGoals.map((step) => {
      if (step.skill === findSkill || skills.some((skill) => skill.name === step.skill)) return step;
      const meant = meantSkill(step, skills);
      if (meant === undefined) return step;
      this.#changes.push(`"${step.skill}" is taken for ${meant.name}`);
      return { ...step, skill: meant.name };
    });
    this.#proposal = { ...this.#proposal, subGoals };
  }

  /** A plan that is to go on after its steps and has none: it is carried out as far as its goals are known, or looks. */
  fillEmpty(): void {
    const { goals, subGoals, complete } = this.#proposal;
    const isMade = (step: ProposedSubGoal) =>
      this.#context.achieved.includes(`inspected(${step.arguments[0]?.value ?? ''})`);
    const isIdle = subGoals.every(
      (step) => (step.skill === 'look' || step.skill === 'navigate') && isMade(step),
    );
    if (complete || !isIdle) return;
    if (goals.length > 0) {
      this.#proposal = { ...this.#proposal, complete: true };
      return;
    }
    const robot = this.#context.robots[0]?.name ?? '';
    const looks = placesToLookAt(this.#context).map((target, index) => ({
      id: `l${index + 1}`,
      robot,
      skill: 'look',
      arguments: [{ name: 'target', value: target }],
      dependsOn: [],
    }));
    this.#changes.push(`${looks.map((step) => `look ${step.arguments[0]?.value}`).join(', ')} is added`);
    this.#proposal = { ...this.#proposal, subGoals: looks };
  }

  /** A name that the instruction does not hold stands for what it names and the plan left out. */
  renameThings(): boolean {
    const { view } = this.#context;
    const known = new Set([...idsOf(view), ...this.#proposal.references.map((each) => each.name)]);
    const unknown = this.#names().filter((name) => !known.has(name));
    const wrong = new Set([
      ...unknown,
      ...this.#coverage
        .filter((problem) => problem.kind === 'unnamed' || problem.kind === 'emptied')
        .map((problem) => problem.name),
    ]);
    const open = this.#coverage.filter((problem) => problem.kind === 'left-out' || problem.kind === 'member');
    const left = [...open];
    for (const name of wrong) {
      const anywhere = this.#coverage.some((problem) => problem.kind === 'emptied' && problem.name === name);
      if (anywhere) {
        const free = otherSurface(view, name);
        if (free === undefined) return false;
        this.#replace(name, free);
        continue;
      }
      const index = left.findIndex((problem) => this.#standIn(name, problem) !== undefined);
      const put = index < 0 ? this.#unusedPlace(name) : this.#standIn(name, left[index]!);
      if (put === undefined) return false;
      if (index >= 0) left.splice(index, 1);
      this.#replace(name, put);
    }
    this.#left = left;
    return left.every((problem) => problem.kind === 'member' || this.#listed(problem) !== undefined);
  }

  #left: readonly CoverageProblem[] = [];

  /** The place that a wrong one stands for, when the instruction names one place that no goal speaks of. */
  #unusedPlace(name: string): string | undefined {
    const { view, words } = this.#context;
    if (!view.fixtures.some((fixture) => fixture.id === name)) return undefined;
    const match = new MentionMatch(view, [], {});
    const used = this.#goals().flatMap((goal) => goal.arguments);
    const unused = words.mentions.filter(
      (mention) =>
        isOfPlaces(mention.phrase) &&
        !mention.isExcluded &&
        mention.preposition !== 'from' &&
        !used.some((id) => match.fits(mention, id)),
    );
    return unused.length === 1
      ? placeLike(view, this.#goals(), name, match.placesOf(unused[0]!.phrase))
      : undefined;
  }

  /** The one thing that a forgotten noun phrase means, when another of its enumeration has a goal. */
  #listed({ mention }: CoverageProblem): string | undefined {
    if (mention === undefined || isOfPlaces(mention.phrase)) return undefined;
    const match = this.#match();
    const able = match.objectsOf(mention.phrase).filter((id) => !this.#names().includes(id));
    return able.length === 1 && this.#patternFor(mention, match) !== undefined ? able[0] : undefined;
  }

  /** The goal of another thing that the same words, or another of their enumeration, mean. */
  #patternFor(mention: Mention, match: MentionMatch): Atom | undefined {
    const alike = this.#context.words.mentions.filter(
      (other) =>
        other === mention || (other.list === mention.list && !other.isExcluded && !isOfPlaces(other.phrase)),
    );
    const group = alike.length > 0 ? alike : [mention];
    return this.#goals().find((goal) => group.some((other) => match.fits(other, goal.arguments[0] ?? '')));
  }

  /** What a wrong name can stand for; undefined when nothing or several things. */
  #standIn(name: string, { kind, name: member, mention }: CoverageProblem): string | undefined {
    const { view } = this.#context;
    const isPlace = view.fixtures.some((fixture) => fixture.id === name);
    if (kind === 'member') return isPlace ? undefined : member;
    if (mention === undefined) return undefined;
    const match = this.#match();
    if (isOfPlaces(mention.phrase) !== isPlace) return undefined;
    if (isPlace) return placeLike(view, this.#goals(), name, match.placesOf(mention.phrase));
    const used = this.#names();
    const able = match.objectsOf(mention.phrase).filter((id) => !used.includes(id));
    if (able.length === 0) return this.#reference(mention);
    return able.length === 1 ? able[0] : undefined;
  }

  /** Something named that was never seen has to be found first. */
  #reference({ phrase: { meaning, adjectives } }: Mention): string | undefined {
    if (meaning?.kind !== 'object' || adjectives.length > 0) return undefined;
    const name = meaning.noun.replaceAll(' ', '-');
    const reference: ProposedReference = {
      name,
      classNames: meaning.classes.slice(0, 24),
      choose: 'ask',
      within: '',
    };
    this.#proposal = { ...this.#proposal, references: [...this.#proposal.references, reference] };
    return name;
  }

  /** A forgotten one of "all the …" gets the goal that the others have. */
  addMembers(): boolean {
    const match = this.#match();
    for (const problem of this.#left) {
      const { mention } = problem;
      const name = problem.kind === 'member' ? problem.name : this.#listed(problem);
      const pattern = mention === undefined ? undefined : this.#patternFor(mention, match);
      if (pattern === undefined || name === undefined) return false;
      const goal = formatAtom({ ...pattern, arguments: [name, ...pattern.arguments.slice(1)] });
      if (this.#proposal.goals.includes(goal)) continue;
      this.#proposal = { ...this.#proposal, goals: [...this.#proposal.goals, goal] };
      this.#changes.push(`${goal} is added`);
    }
    return true;
  }

  /** Opening in place of closing, or the other way round. */
  turnStates(): boolean {
    const problems = this.#coverage.filter((problem) => problem.kind === 'state');
    for (const name of new Set(problems.map((problem) => problem.name))) {
      const goal = this.#goals().find(
        (each) => each.arguments[0] === name && (each.predicate === 'open' || each.predicate === 'closed'),
      );
      if (goal === undefined) return false;
      const turned = formatAtom({ ...goal, predicate: goal.predicate === 'open' ? 'closed' : 'open' });
      const skill = goal.predicate === 'open' ? 'open' : 'close';
      const gone = this.#proposal.subGoals.filter(
        (step) => step.skill === skill && step.arguments.some((argument) => argument.value === name),
      );
      this.#proposal = withoutSteps(
        {
          ...this.#proposal,
          goals: this.#proposal.goals.map((each) => (each === formatAtom(goal) ? turned : each)),
        },
        gone,
      );
      this.#changes.push(`${formatAtom(goal)} becomes ${turned}`);
    }
    return true;
  }

  /** Fills in the steps that are missing. */
  finish(): MendedPlan | undefined {
    const { view, robots, skills } = this.#context;
    const start = symbolicState(view, robots, this.#proposal.references, { unknownIsBoth: true });
    const completed = completeSteps(this.#proposal, start, skills);
    if (completed === undefined) return undefined;
    for (const step of completed.added)
      this.#changes.push(`${[step.skill, ...step.arguments.map(({ value }) => value)].join(' ')} is added`);
    return {
      proposal: {
        ...this.#proposal,
        subGoals: [...completed.subGoals],
        complete:
          this.#proposal.complete || (completed.subGoals.length === 0 && this.#proposal.goals.length > 0),
      },
      changes: this.#changes,
    };
  }

  #replace(old: string, put: string): void {
    this.#changes.push(`"${old}" becomes "${put}"`);
    const goals = this.#goals().map((goal) =>
      formatAtom({ ...goal, arguments: goal.arguments.map((name) => (name === old ? put : name)) }),
    );
    const subGoals = this.#proposal.subGoals.map((step) => ({
      ...step,
      arguments: step.arguments.map((each) => (each.value === old ? { ...each, value: put } : each)),
    }));
    this.#proposal = { ...this.#proposal, goals: [...new Set(goals)], subGoals };
  }

  #match(): MentionMatch {
    const { view, excluded } = this.#context;
    return new MentionMatch(view, this.#proposal.references, excluded);
  }

  #goals() {
    return this.#proposal.goals.map(parseAtom).filter((goal) => goal !== undefined);
  }

  #names(): readonly string[] {
    const inSteps = this.#proposal.subGoals.flatMap((step) =>
      step.arguments
        .filter((each) => isName(this.#context.skills, step, each.name))
        .map((each) => each.value),
    );
    return [...new Set([...this.#goals().flatMap((goal) => goal.arguments), ...inSteps])];
  }
}

const isName = (skills: readonly SkillContract[], step: ProposedSubGoal, parameter: string): boolean =>
  skills
    .find((skill) => skill.name === step.skill)
    ?.parameters.find((each) => each.name === parameter)
    ?.types.every((type) => type !== 'number' && type !== 'text') ?? true;

function withoutSteps(proposal: PlanProposal, gone: readonly ProposedSubGoal[]): PlanProposal {
  const ids = new Set(gone.map((step) => step.id));
  const subGoals = proposal.subGoals
    .filter((step) => !ids.has(step.id))
    .map((step) => ({ ...step, dependsOn: step.dependsOn.filter((id) => !ids.has(id)) }));
  return { ...proposal, subGoals };
}
