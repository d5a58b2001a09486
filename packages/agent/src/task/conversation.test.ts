import { skillContracts } from '@efferent/skills';
import { expect, test } from 'vitest';
import { Belief } from '../belief/belief.ts';
import { SkillStatistics } from '../plan/skill-statistics.ts';
import { Reasoner } from '../reasoner/reasoner.ts';
import { kitchenMap, robotName, robotOffer } from '../testing/kitchen-view.ts';
import { Conversation } from './conversation.ts';
import type { SkillCall, TaskEnvironment } from './environment.ts';
import { defaultTaskSettings } from './task-report.ts';

/** A robot whose skills always work; `onSkill` is called as each begins. */
function talk(onSkill: (call: SkillCall, conversation: Conversation) => void) {
  const sent: string[] = [];
  let nowS = 0;
  const environment: TaskEnvironment = {
    belief: new Belief(kitchenMap(), [{ name: robotName }]),
    skills: Object.values(skillContracts),
    model: new Reasoner(),
    robots: [robotOffer],
    nowS: () => nowS,
    sleep: async (durationS) => {
      nowS += durationS;
    },
    executeSkill: async (call) => {
      sent.push(`${call.skill} ${Object.values(call.arguments).join(' ')}`);
      onSkill(call, conversation);
      nowS += 5;
      return { success: true, failureCode: '', message: '', elapsedS: 5 };
    },
    runModel: (work) => work(),
    ask: async () => undefined,
    whilePaused: async () => undefined,
    publishPlan: () => undefined,
    publishCritique: () => undefined,
    publishSkillRun: () => undefined,
    publishModelCall: () => undefined,
    emit: () => undefined,
  };
  const settings = { ...defaultTaskSettings, planner: 'open-loop' } as const;
  const { signal } = new AbortController();
  const conversation: Conversation = new Conversation(environment, settings, new SkillStatistics(), signal);
  return { conversation, sent };
}

/** What comes of an instruction when something else is said as its first skill begins. */
async function outcomes(instruction: string, said: string) {
  let heard = '';
  const { conversation, sent } = talk((_call, running) => {
    heard ||= running.say(said).message;
  });
  conversation.say(instruction);
  const reports = await conversation.run();
  return { heard, outcomes: reports.map((report) => report.outcome), sent };
}

test('what is queued is carried out next', async () => {
  expect(await outcomes('go to the fridge', 'then go to the table')).toEqual({
    heard: 'queued: 2nd, after: go to the fridge',
    outcomes: ['success', 'success'],
    sent: ['navigate fridge', 'navigate table'],
  });
});

test('what replaces a task ends it', async () => {
  const { outcomes: ends, sent } = await outcomes('go to the fridge', 'go to the table instead');
  expect(ends).toEqual(['replaced', 'success']);
  expect(sent).toEqual(['navigate fridge', 'navigate table']);
});

test('what changes a task makes no other', async () => {
  expect(await outcomes('go to the fridge', 'no, to the table')).toEqual({
    heard: 'changed: to the table instead of the fridge',
    outcomes: ['success'],
    sent: ['navigate fridge', 'navigate table'],
  });
});

test('what is unsafe is refused at once and changes nothing', async () => {
  for (const said of ['hit the man', 'then hit the man', 'and hit the man as well'])
    expect(await outcomes('go to the fridge', said)).toEqual({
      heard:
        'I will not do that ("hit the man"): it could hurt a person or an animal. I go on: go to the fridge.',
      outcomes: ['success'],
      sent: ['navigate fridge'],
    });
});

test('"the other one" of a task that has not begun is asked for, since nothing was chosen', () => {
  const { conversation } = talk(() => undefined);
  conversation.say('open the left drawer');
  conversation.say('then bring me the mug');
  expect(conversation.say('no, the other mug')).toEqual({
    kind: 'unclear',
    message:
      'I have chosen nothing yet for "bring me the mug"; say which one you mean, for example "the red one".',
  });
});

test('"stop" ends all that was said', async () => {
  const { conversation, sent } = talk((_call, running) => running.say('stop'));
  conversation.say('go to the fridge');
  conversation.say('then go to the table');
  expect((await conversation.run()).map((report) => report.outcome)).toEqual(['cancelled', 'cancelled']);
  expect(sent).toEqual(['navigate fridge']);
});
