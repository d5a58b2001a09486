import type { MessageTypes } from '@efferent/interfaces';

type Plan = MessageTypes['efferent_interfaces/msg/Plan'];

export type NodeState = 'waiting' | 'ready' | 'running' | 'done' | 'vetoed' | 'failed' | 'skipped';

const states: readonly NodeState[] = ['waiting', 'ready', 'running', 'done', 'vetoed', 'failed', 'skipped'];

export interface PlanNode {
  readonly id: string;
  readonly title: string;
  readonly state: NodeState;
  /** Probability of success that the critic gave, undefined before it judged. */
  readonly feasibility: number | undefined;
  readonly reason: string;
  readonly attempts: number;
  readonly elapsedS: number;
  readonly robot: string;
  /** What the complex task that it belongs to is for; empty when it leads to no goal. */
  readonly task: string;
  /** What of which thing its skill uses. */
  readonly affordance: string;
  /** Titles of the sub-goals before it, when that is more than the one above. */
  readonly after: readonly string[];
  /** Added by the newest replan. */
  readonly isNew: boolean;
  /** Ids of the things it is about. */
  readonly objects: readonly string[];
}

export interface PlanView {
  readonly taskId: string;
  readonly instruction: string;
  readonly planner: string;
  readonly model: string;
  readonly planningS: number;
  readonly revision: number;
  /** What the newest replan changed, one sentence; empty without one. */
  readonly change: string;
  readonly nodes: readonly PlanNode[];
  /** Titles of what the newest replan left out. */
  readonly removed: readonly string[];
  readonly state: NodeState;
}

/** Turns plans as they come into what a person sees, with what each replan added and left out. */
export class PlanHistory {
  #taskId = '';
  #revision = 0;
  #titlesBefore: ReadonlySet<string> = new Set();
  #titles: ReadonlySet<string> = new Set();

  apply(plan: Plan): PlanView {
    const titles = new Set(plan.sub_goals.map(({ description }) => description));
    if (plan.task_id !== this.#taskId) this.#titlesBefore = titles;
    else if (plan.revision !== this.#revision) this.#titlesBefore = this.#titles;
    this.#taskId = plan.task_id;
    this.#revision = plan.revision;
    this.#titles = titles;
    const titleById = new Map(plan.sub_goals.map(({ id, description }) => [id, description]));
    const nodes = plan.sub_goals.map((goal, index): PlanNode => {
      const previous = plan.sub_goals[index - 1]?.id;
      const isPlainChain = goal.depends_on.length <= 1 && (goal.depends_on[0] ?? previous) === previous;
      return {
        id: goal.id,
        title: goal.description,
        state: states[goal.state] ?? 'waiting',
        feasibility: Number.isFinite(goal.feasibility) ? goal.feasibility : undefined,
        reason: goal.reason,
        attempts: goal.attempts,
        elapsedS: goal.elapsed_s,
        robot: goal.robot,
        task: plan.tasks.find(({ id }) => id === goal.task)?.description ?? '',
        affordance: goal.affordance,
        after: isPlainChain ? [] : goal.depends_on.map((id) => titleById.get(id) ?? id),
        isNew: plan.revision > 0 && !this.#titlesBefore.has(goal.description),
        objects: goal.arguments.filter(({ object_class }) => object_class !== '').map(({ value }) => value),
      };
    });
    return {
      taskId: plan.task_id,
      instruction: plan.instruction,
      planner: plan.planner,
      model: plan.model,
      planningS: plan.planning_s,
      revision: plan.revision,
      change: plan.change,
      nodes,
      removed: plan.revision > 0 ? [...this.#titlesBefore].filter((title) => !titles.has(title)) : [],
      state: overallState(nodes),
    };
  }
}

function overallState(nodes: readonly PlanNode[]): NodeState {
  if (nodes.some(({ state }) => state === 'running')) return 'running';
  const needed = nodes.filter(({ state }) => state !== 'skipped');
  if (needed.length > 0 && needed.every(({ state }) => state === 'done')) return 'done';
  return nodes.some(({ state }) => state === 'failed') ? 'failed' : 'waiting';
}
