import { skillContracts } from '@efferent/skills';
import { describe, expect, test } from 'vitest';
import type { BeliefView } from '../belief/belief-view.ts';
import { checkPlan } from '../plan/check-plan.ts';
import { strayGoals } from '../safety/check-goals.ts';
import { careObjects, careView } from '../testing/care-view.ts';
import { objectView, robotOffer } from '../testing/kitchen-view.ts';
import { proposePlan } from '../testing/propose-plan.ts';

const skills = Object.values(skillContracts);

const planFor = (instruction: string, belief: BeliefView, achieved: readonly string[] = []) =>
  proposePlan(instruction, belief, { achieved });

const stepsOf = ({ subGoals }: Awaited<ReturnType<typeof planFor>>) =>
  subGoals.map(({ skill, arguments: given }) => `${skill}(${given.map(({ value }) => value).join(', ')})`);

describe('in the care room', () => {
  test.each<[string, readonly string[], string]>([
    ['press the light switch', ['press(light-switch)'], 'pressed(light-switch)'],
    ['turn on the light', ['press(light-switch)'], 'pressed(light-switch)'],
    ['wipe up the spill', ['pick(sponge-1)', 'wipe(sponge-1, spill-1)'], 'wiped(spill-1)'],
    ['wipe the table with the sponge', ['pick(sponge-1)', 'wipe(sponge-1, spill-1)'], 'wiped(spill-1)'],
    ['clean the spill on the table', ['pick(sponge-1)', 'wipe(sponge-1, spill-1)'], 'wiped(spill-1)'],
    ['wipe the sideboard', ['pick(sponge-1)', 'wipe(sponge-1, sideboard-top)'], 'wiped(sideboard-top)'],
    ['hold the cup to my mouth', ['pick(mug-1)', 'offer(mug-1, person)'], 'offered(mug-1, person)'],
    ['bring the mug to my mouth', ['pick(mug-1)', 'offer(mug-1, person)'], 'offered(mug-1, person)'],
    ['give me a drink', ['pick(bottle-1)', 'offer(bottle-1, person)'], 'offered(bottle-1, person)'],
    [
      'let me drink from the bottle',
      ['pick(bottle-1)', 'offer(bottle-1, person)'],
      'offered(bottle-1, person)',
    ],
  ])('"%s" is %j', async (instruction, steps, goal) => {
    const belief = careView(careObjects());
    const plan = await planFor(instruction, belief);
    expect(plan.message).toBe('');
    expect(stepsOf(plan)).toEqual(steps);
    expect(plan.goals).toEqual([goal]);
    expect(checkPlan(plan, belief, skills, [robotOffer])).toEqual([]);
    const said = { instruction, answers: {}, bindings: {}, excluded: {} };
    const calls = plan.subGoals.map(({ skill, arguments: given }) => ({
      skill,
      arguments: Object.fromEntries(given.map(({ name, value }) => [name, value])),
    }));
    expect(
      strayGoals({ goals: plan.goals, steps: calls, references: plan.references }, said, belief, skills),
    ).toEqual([]);
  });

  test('a full hand is emptied before a button is pressed and before another thing wipes', async () => {
    const held = careObjects().map((object) =>
      object.id === 'mug-1' ? { ...object, relation: 'held-by' as const, support: '/stretch' } : object,
    );
    const belief = careView(held, { held: 'mug-1' });
    expect(stepsOf(await planFor('press the light switch', belief))).toEqual([
      expect.stringMatching(/^place-on\(mug-1/),
      'press(light-switch)',
    ]);
    expect(stepsOf(await planFor('wipe up the spill', belief))).toEqual([
      expect.stringMatching(/^place-on\(mug-1/),
      'pick(sponge-1)',
      'wipe(sponge-1, spill-1)',
    ]);
    expect(stepsOf(await planFor('hold it to my mouth', belief))).toEqual(['offer(mug-1, person)']);
  });

  test('a spill or something to wipe with that was not seen is looked for', async () => {
    const bare = careObjects().filter(({ className }) => className === 'mug');
    expect(stepsOf(await planFor('wipe up the spill', careView(bare)))).toEqual(
      expect.arrayContaining(['find(spill)', 'find(sponge)', 'pick(sponge)', 'wipe(sponge, spill)']),
    );
    const unseen = await planFor('wipe the table', careView(bare, { seenShare: 0 }));
    expect(stepsOf(unseen)).toEqual(['look(table-top)']);
    expect(unseen.complete).toBe(false);
  });

  test('a cup that was not seen is looked for before it is held to a mouth', async () => {
    expect(stepsOf(await planFor('hold a cup to my mouth', careView([])))).toEqual([
      'find(cup)',
      'pick(cup)',
      'offer(cup, person)',
    ]);
  });

  test('what was wiped, pressed or offered already is not done again', async () => {
    const belief = careView(careObjects().filter(({ id }) => id !== 'spill-1'));
    expect(stepsOf(await planFor('wipe the table', belief, ['wiped(spill-1)']))).toEqual([]);
    expect(stepsOf(await planFor('press the switch', belief, ['pressed(light-switch)']))).toEqual([]);
  });

  test.each([
    ['open the light switch', 'not-understood'],
    ['close the light switch', 'not-understood'],
    ['wipe the table with the mug', 'not-understood'],
    ['wipe my mouth with the sponge', 'not-understood'],
    ['press the table', 'not-understood'],
    ['hold the fork to my mouth', 'not-understood'],
    ['hold the knife to my throat', 'refused'],
    ['pick up the spill', 'impossible'],
  ])('"%s" is %s', async (instruction, status) => {
    const belief = careView([
      ...careObjects(),
      objectView('fork-1', 'on', 'table-top'),
      objectView('knife-1', 'on', 'table-top'),
    ]);
    expect((await planFor(instruction, belief)).status).toBe(status);
  });

  test('a spill is left where it is when a table is cleared', async () => {
    const steps = stepsOf(await planFor('clear the table', careView(careObjects())));
    expect(steps.join()).toContain('sponge-1');
    expect(steps.join()).not.toContain('spill-1');
  });

  test('goals of the new skills that nobody asked for are found', () => {
    const stray = (instruction: string, goal: string) =>
      strayGoals(
        { goals: [goal], steps: [], references: [] },
        { instruction, answers: {}, bindings: {}, excluded: {} },
        careView([...careObjects(), objectView('knife-1', 'on', 'table-top')]),
        skills,
      );
    expect(stray('bring the mug to my mouth', 'pressed(light-switch)')).toHaveLength(1);
    expect(stray('press the light switch', 'wiped(spill-1)')).toHaveLength(1);
    expect(stray('press the light switch', 'offered(mug-1, person)')).toHaveLength(1);
    expect(stray('hold the mug to my mouth', 'offered(knife-1, person)')).toHaveLength(1);
    expect(stray('bring the knife to my mouth', 'offered(knife-1, person)')).toHaveLength(1);
  });
});
