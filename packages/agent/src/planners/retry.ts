import type { SubGoal } from '../plan/plan-graph.ts';
import { isFind, type StepResult } from '../task/step-runner.ts';
import { OpenLoop } from './open-loop.ts';

const triesPerSkill = 3;

/**
 * Plans once and tries each skill up to three times, with a recovery between tries as Nav2's behaviour trees have them:
 * look again, then fold the arm and look again. A baseline.
 */
export class Retry extends OpenLoop {
  override async onFailure(subGoal: SubGoal, result: StepResult): Promise<void> {
    if (isFind(subGoal) || subGoal.attempts >= triesPerSkill) return super.onFailure(subGoal, result);
    const target = subGoal.arguments.object ?? subGoal.arguments.fixture ?? subGoal.arguments.target ?? '';
    if (subGoal.attempts > 1) await this.#recover(subGoal, 'stow', {});
    if (target !== '') await this.#recover(subGoal, 'look', { target });
    subGoal.state = 'ready';
    this.task.emit('replan', subGoal, `${subGoal.description}: ${result.message}`, 'try again', Number.NaN);
  }

  async #recover(subGoal: SubGoal, skill: string, given: Readonly<Record<string, string>>): Promise<void> {
    const { runner, environment, signal } = this.task;
    if (!environment.skills.some((each) => each.name === skill)) return;
    await runner.send({ robot: subGoal.robot, skill, arguments: given }, () => undefined, signal);
    await runner.waitForPictures(environment.nowS(), signal);
  }
}
