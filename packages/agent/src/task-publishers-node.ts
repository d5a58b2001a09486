import { qosProfiles, type RosNode, stampFromNs } from '@efferent/ros';
import type { SkillContract } from '@efferent/skills';
import {
  critiqueMessage,
  modelCallMessage,
  planMessage,
  skillOutcomeMessage,
} from './agent-messages-node.ts';
import type { Belief } from './belief/belief.ts';
import { ModelTextPublisher } from './model-text-node.ts';
import type { TaskEnvironment } from './task/environment.ts';

/** What stands in the messages about one task. */
export interface PublishedTask {
  readonly taskId: string;
  readonly belief: Belief;
  /** Contracts of every skill that some robot has. */
  readonly skills: readonly SkillContract[];
  readonly planner: string;
  readonly model: string;
  /** As it is understood now. */
  instruction(): string;
}

type Publishing = Pick<
  TaskEnvironment,
  'publishPlan' | 'publishCritique' | 'publishSkillRun' | 'publishModelCall' | 'modelText'
>;

/** Publishes what a task plans, judges, asks and does below `/agent`. */
export class TaskPublishers {
  readonly #node: RosNode;
  readonly #plans;
  readonly #critiques;
  readonly #modelCalls;
  readonly #skillRuns;
  readonly #modelText: ModelTextPublisher;

  constructor(node: RosNode) {
    this.#node = node;
    const { latched, default: usual } = qosProfiles;
    this.#plans = node.createPublisher('efferent_interfaces/msg/Plan', '/agent/plan', latched);
    this.#critiques = node.createPublisher('efferent_interfaces/msg/Critique', '/agent/critique', usual);
    this.#modelCalls = node.createPublisher('efferent_interfaces/msg/ModelCall', '/agent/model_calls', usual);
    this.#skillRuns = node.createPublisher(
      'efferent_interfaces/msg/SkillOutcome',
      '/agent/skill_outcomes',
      usual,
    );
    this.#modelText = new ModelTextPublisher(node);
  }

  ofTask({ taskId, belief, skills, planner, model, instruction }: PublishedTask): Publishing {
    const stamp = () => stampFromNs(this.#node.clock.nowNs());
    return {
      publishPlan: (plan) =>
        this.#plans.publish(
          planMessage(plan, belief, {
            stamp: stamp(),
            taskId,
            instruction: instruction(),
            planner,
            model,
            skills,
          }),
        ),
      publishCritique: (subGoal, verdict) =>
        this.#critiques.publish(critiqueMessage(subGoal, verdict, { stamp: stamp(), taskId })),
      publishSkillRun: (run) => this.#skillRuns.publish(skillOutcomeMessage(run, { stamp: stamp(), taskId })),
      publishModelCall: (report) =>
        this.#modelCalls.publish(modelCallMessage(report, { stamp: stamp(), taskId })),
      modelText: (purpose) => this.#modelText.begin({ taskId, purpose, model }),
    };
  }
}
