import type { SkillContract } from '@efferent/skills';
import { formatAtom, parseAtom } from '../belief/atom.ts';
import type { BeliefView, FixtureView } from '../belief/belief-view.ts';
import type { Mention, NamedWords } from '../language/mentions.ts';
import type { RobotOffer } from '../model/language-model.ts';
import type { PlanProposal, ProposedReference, ProposedSubGoal } from '../model/proposal.ts';
import { findSkill } from '../reasoner/operators.ts';
import { symbolicState } from '../reasoner/symbolic-state.ts';
import { idsOf } from '../reasoner/things.ts';
import { completeSteps } from './complete-steps.ts';
import type { CoverageProblem } from './instruction-coverage.ts';
import { meantSkill } from './meant-skill.ts';
import { MentionMatch } from './mention-match.ts';

/** Looks that a plan without any step is given at most. */
const mostLooks = 3;

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
    const looks = this.#unseen().map((target, index) => ({
      id: `l${index + 1}`,
      robot,
      skill: 'look',
      arguments: [{ name: 'target', value: target }],
      dependsOn: [],
    }));
    this.#changes.push(`${looks.map((step) => `look ${step.arguments[0]?.value}`).join(', ')} is added`);
    this.#proposal = { ...this.#proposal, subGoals: looks };
  }

  /** What the instruction names of furniture, else the open surface that was seen least. */
  #unseen(): readonly string[] {
    const { view, words, achieved } = this.#context;
    const unseen = view.fixtures.filter((fixture) => !achieved.includes(`inspected(${fixture.id})`));
    const match = new MentionMatch(view, []);
    const named = new Set(words.mentions.flatMap(({ phrase }) => [...match.placesOf(phrase)]));
    const parts = unseen.filter((fixture) => named.has(fixture.id) && (fixture.opens || fixture.isSurface));
    if (parts.length > 0) return parts.slice(0, mostLooks).map((fixture) => fixture.id);
    return unseen
      .filter((fixture) => fixture.isSurface && fixture.behind === undefined)
      .sort((a, b) => a.seenShare - b.seenShare)
      .slice(0, 1)
      .map((fixture) => fixture.id);
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
        const free = this.#otherSurface(name);
        if (free === undefined) return false;
        this.#replace(name, free);
        continue;
      }
      const index = left.findIndex((problem) => this.#standIn(name, problem) !== undefined);
      const put = index < 0 ? undefined : this.#standIn(name, left[index]!);
      if (put === undefined) return false;
      left.splice(index, 1);
      this.#replace(name, put);
    }
    this.#left = left;
    return left.every((problem) => problem.kind === 'member');
  }

  #left: readonly CoverageProblem[] = [];

  /** The widest open surface of other furniture. */
  #otherSurface(name: string): string | undefined {
    const { fixtures } = this.#context.view;
    const leave = fixtures.find((fixture) => fixture.id === name)?.furnitureId;
    const area = (id: FixtureView) => id.sizeM[0] * id.sizeM[1];
    return fixtures
      .filter((other) => other.isSurface && other.behind === undefined && other.furnitureId !== leave)
      .sort((a, b) => area(b) - area(a))[0]?.id;
  }

  /** What a wrong name can stand for; undefined when nothing or several things. */
  #standIn(name: string, { kind, name: member, mention }: CoverageProblem): string | undefined {
    const { view } = this.#context;
    const isPlace = view.fixtures.some((fixture) => fixture.id === name);
    if (kind === 'member') return isPlace ? undefined : member;
    if (mention === undefined) return undefined;
    const match = new MentionMatch(view, this.#proposal.references);
    const ofPlaces = mention.phrase.meaning?.kind === 'fixture' || mention.phrase.meaning?.kind === 'person';
    if (ofPlaces !== isPlace) return undefined;
    if (isPlace) return this.#placeLike(name, match.placesOf(mention.phrase));
    const used = this.#names();
    const able = match.objectsOf(mention.phrase).filter((id) => !used.includes(id));
    if (able.length === 0) return this.#reference(mention);
    return able.length === 1 ? able[0] : undefined;
  }

  /** The one of several places that can be to the goals what the wrong one was. */
  #placeLike(name: string, places: ReadonlySet<string>): string | undefined {
    const goal = this.#goals().find((each) => each.arguments.includes(name));
    const able = this.#context.view.fixtures.filter(
      (fixture) =>
        places.has(fixture.id) &&
        (goal?.predicate !== 'on' || fixture.isSurface) &&
        (goal?.predicate !== 'in' || fixture.isContainer) &&
        ((goal?.predicate !== 'open' && goal?.predicate !== 'closed') || fixture.opens),
    );
    return able.length === 1 ? able[0]?.id : undefined;
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
    const match = new MentionMatch(this.#context.view, this.#proposal.references);
    for (const { name, mention } of this.#left) {
      const pattern = this.#goals().find(
        (goal) => mention !== undefined && match.fits(mention, goal.arguments[0] ?? ''),
      );
      if (pattern === undefined) return false;
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
