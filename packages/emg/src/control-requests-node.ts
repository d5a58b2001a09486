import { describeError } from '@efferent/core';
import type { RosNode } from '@efferent/ros';
import type { ControlOutput } from './control/control-types.ts';
import type { GestureController } from './control/gesture-controller.ts';

const requestTimeoutMs = 1000;
const goalTimeoutMs = 3000;

type ControlRequest = Exclude<ControlOutput, { kind: 'base' | 'joint' }>;

/** Returns what asks gate and agent for what a person chose; a request that fails is logged and changes nothing. */
export function createRequests(
  node: RosNode,
  controller: GestureController,
): (request: ControlRequest) => void {
  const takeOver = node.createClient('std_srvs/srv/SetBool', 'gate/take_over');
  const resume = node.createClient('std_srvs/srv/Trigger', '/stop/resume');
  const pause = node.createClient('std_srvs/srv/SetBool', '/agent/pause');
  const calibrate = node.createClient('std_srvs/srv/SetBool', '/emg/calibrate');
  const answers = node.createClient('efferent_interfaces/srv/AnswerQuestion', '/agent/answer');
  const tasks = node.createActionClient('efferent_interfaces/action/ExecuteTask', '/agent/execute_task');
  const options = { timeoutMs: requestTimeoutMs };

  const hand = async (take: boolean): Promise<object> => {
    const { success, message } = await takeOver.sendRequestAsync({ data: take }, options);
    if (success) controller.confirmTakeOver(take);
    // Whoever lets the agent go on also ends a pause from elsewhere; without an agent there is none.
    if (success && !take && pause.isServiceServerAvailable())
      await pause.sendRequestAsync({ data: false }, options);
    return { success, message };
  };
  const ask = (request: ControlRequest): Promise<object> => {
    switch (request.kind) {
      case 'answer': {
        const { questionId, answer } = request;
        return answers.sendRequestAsync({ question_id: questionId, answer }, options);
      }
      case 'instruct':
        return tasks
          .sendGoal({ instruction: request.instruction, when_busy: 'as-said' }, { timeoutMs: goalTimeoutMs })
          .then(({ goalId }) => ({ goalId }));
      case 'resume':
        return resume.sendRequestAsync({}, options);
      case 'calibrate':
        return calibrate.sendRequestAsync({ data: true }, options);
      default:
        return hand(request.kind === 'take-over');
    }
  };
  return (request) => {
    ask(request).then(
      (answer) => node.logger.info('request-answered', { ...request, ...answer }),
      (error: unknown) =>
        node.logger.warn('request-failed', {
          ...request,
          reason: describeError(error),
          decision: 'nothing changed',
        }),
    );
  };
}
