import type { MessageTypes } from '@efferent/interfaces';
import { codecOf } from '@efferent/interfaces';
import { describe, expect, it } from 'vitest';
import { PlanHistory } from './plan-history.ts';

type Plan = MessageTypes['efferent_interfaces/msg/Plan'];

const plan = (fields: object) => codecOf('efferent_interfaces/msg/Plan').complete(fields) as Plan;
const goal = (id: string, description: string, state = 0, more: object = {}) => ({
  id,
  description,
  state,
  feasibility: Number.NaN,
  ...more,
});

describe('PlanHistory', () => {
  it('tells what a replan added and what it left out', () => {
    const history = new PlanHistory();
    history.apply(plan({ task_id: 'a', sub_goals: [goal('1', 'pick apple'), goal('2', 'place apple')] }));
    const view = history.apply(
      plan({
        task_id: 'a',
        revision: 1,
        change: 'the bowl moved',
        sub_goals: [goal('1', 'pick apple', 3), goal('3', 'look at table')],
      }),
    );
    expect(view.nodes.map(({ title, isNew }) => [title, isNew])).toEqual([
      ['pick apple', false],
      ['look at table', true],
    ]);
    expect(view.removed).toEqual(['place apple']);
  });

  it('keeps telling it while later messages of the same revision only change states', () => {
    const history = new PlanHistory();
    history.apply(plan({ task_id: 'a', sub_goals: [goal('1', 'pick apple')] }));
    const second = { task_id: 'a', revision: 1, sub_goals: [goal('2', 'find apple', 2)] };
    history.apply(plan(second));
    const view = history.apply(plan({ ...second, sub_goals: [goal('2', 'find apple', 3)] }));
    expect(view.nodes[0]).toMatchObject({ isNew: true, state: 'done' });
    expect(view.removed).toEqual(['pick apple']);
  });

  it('marks nothing as new in the first plan of the next task', () => {
    const history = new PlanHistory();
    history.apply(plan({ task_id: 'a', sub_goals: [goal('1', 'pick apple')] }));
    const view = history.apply(plan({ task_id: 'b', sub_goals: [goal('1', 'open drawer')] }));
    expect(view.nodes[0]?.isNew).toBe(false);
    expect(view.removed).toEqual([]);
  });

  it('shows no probability before the critic judged', () => {
    const view = new PlanHistory().apply(
      plan({ sub_goals: [goal('1', 'a'), goal('2', 'b', 0, { feasibility: 0.5 })] }),
    );
    expect(view.nodes.map(({ feasibility }) => feasibility)).toEqual([undefined, 0.5]);
  });

  it('names the sub-goals before one only when they are not simply the one above', () => {
    const view = new PlanHistory().apply(
      plan({
        sub_goals: [
          goal('1', 'a'),
          goal('2', 'b'),
          goal('3', 'c', 0, { depends_on: ['2'] }),
          goal('4', 'd', 0, { depends_on: ['1', '3'] }),
        ],
      }),
    );
    expect(view.nodes.map(({ after }) => after)).toEqual([[], [], [], ['a', 'c']]);
  });

  it.each([
    ['running', [3, 2, 0]],
    ['done', [3, 6, 3]],
    ['failed', [3, 5, 0]],
    ['waiting', [3, 0]],
  ])('sums a plan up as %s', (state, states) => {
    const view = new PlanHistory().apply(
      plan({ sub_goals: states.map((number, i) => goal(String(i), `${i}`, number)) }),
    );
    expect(view.state).toBe(state);
  });
});
