import type { MessageTypes } from '@efferent/interfaces';
import { type NodeState, PlanHistory, type PlanNode, type PlanView } from '../model/plan-history.ts';
import { element } from '../shell/element.ts';
import { type IconName, icon } from '../shell/icon.ts';

type Critique = MessageTypes['efferent_interfaces/msg/Critique'];

export const stateIcons: Readonly<Record<NodeState, IconName>> = {
  waiting: 'waiting',
  ready: 'clock',
  running: 'running',
  done: 'check',
  vetoed: 'vetoed',
  failed: 'failed',
  skipped: 'skipped',
};

/** The plan as a tree: the instruction above, its sub-goals in order with state, probability and reason. */
export class PlanTree {
  readonly panel = element('div');
  readonly #onSelect: (node: PlanNode | undefined) => void;
  readonly #history = new PlanHistory();
  readonly #critiques = new Map<string, Critique>();
  #view: PlanView | undefined;
  #selected = '';
  #drawn = '';

  constructor(onSelect: (node: PlanNode | undefined) => void) {
    this.#onSelect = onSelect;
    this.panel.addEventListener('keydown', (event) => this.#onKey(event));
    this.#draw();
  }

  apply(plan: MessageTypes['efferent_interfaces/msg/Plan']): PlanView {
    if (plan.task_id !== this.#view?.taskId) this.#critiques.clear();
    this.#view = this.#history.apply(plan);
    this.#draw();
    return this.#view;
  }

  applyCritique(critique: Critique): void {
    this.#critiques.set(critique.sub_goal_id, critique);
    this.#draw();
  }

  #draw(): void {
    const view = this.#view;
    const key = JSON.stringify([
      view,
      this.#selected,
      [...this.#critiques.values()].map((c) => [c.sub_goal_id, c.explanation]),
    ]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    if (!view || view.nodes.length === 0) {
      this.panel.replaceChildren(
        element('p', { class: 'empty' }, ['No plan yet. Tell the robot what to do.']),
      );
      return;
    }
    const hadFocus = this.panel.contains(document.activeElement);
    const change =
      view.change === ''
        ? []
        : [
            element('div', { class: 'change' }, [
              icon('reset'),
              element('div', {}, [element('b', {}, [`Replan ${view.revision}`]), view.change]),
            ]),
          ];
    const hasLevels = new Set(view.nodes.map(({ task }) => task).filter(Boolean)).size > 1;
    const nodes = view.nodes.flatMap((node, index) => {
      const isFirst = hasLevels && node.task !== '' && node.task !== view.nodes[index - 1]?.task;
      const heading = element('p', { class: 'plan-foot', role: 'presentation' }, [node.task]);
      return [...(isFirst ? [heading] : []), this.#node(node, index === view.nodes.length - 1)];
    });
    const removed = view.removed.map((title) => element('p', { class: 'plan-foot removed' }, [title]));
    const planning =
      view.planningS < 1 ? `${Math.round(view.planningS * 1000)} ms` : `${view.planningS.toFixed(1)} s`;
    this.panel.replaceChildren(
      ...change,
      element('div', { role: 'tree', 'aria-label': `Plan: ${view.instruction}` }, nodes),
      ...removed,
      element('p', { class: 'plan-foot' }, [`${view.planner} planner · ${view.model} · ${planning}`]),
    );
    if (hadFocus) this.panel.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }

  #node(node: PlanNode, isLast: boolean): HTMLElement {
    const isSelected = node.id === this.#selected;
    const isTabStop = isSelected || (this.#selected === '' && node.id === this.#view?.nodes[0]?.id);
    const elapsed = node.elapsedS > 0 ? `${node.elapsedS.toFixed(1)} s` : '';
    return element(
      'div',
      {
        class: `plan-node${isLast ? ' is-last' : ''}`,
        role: 'treeitem',
        tabindex: isTabStop ? '0' : '-1',
        'aria-selected': String(isSelected),
        'data-state': node.state,
        'data-id': node.id,
        title: node.affordance,
        onclick: () => this.#select(node),
      },
      [
        icon(stateIcons[node.state]),
        element('span', { class: 'plan-title' }, [
          node.title,
          ...(node.isNew ? [element('span', { class: 'badge' }, ['new'])] : []),
        ]),
        element('span', { class: 'state' }, [[elapsed, node.state].filter(Boolean).join(' · ')]),
        element('div', { class: 'plan-detail' }, this.#detail(node)),
      ],
    );
  }

  #detail(node: PlanNode): Node[] {
    const parts: Node[] = [];
    if (node.feasibility !== undefined) parts.push(feasibility(node.feasibility));
    if (node.attempts > 1) parts.push(element('span', {}, [`attempt ${node.attempts}`]));
    if (node.after.length > 0) parts.push(element('span', {}, [`after ${node.after.join(', ')}`]));
    if (node.robot !== '' && new Set(this.#view?.nodes.map(({ robot }) => robot)).size > 1) {
      parts.push(element('span', {}, [node.robot]));
    }
    const critique = this.#critiques.get(node.id);
    const why = node.reason || (node.state === 'done' ? '' : (critique?.explanation ?? ''));
    if (why !== '') parts.push(element('span', { class: 'why' }, [why]));
    return parts;
  }

  #select(node: PlanNode): void {
    this.#selected = this.#selected === node.id ? '' : node.id;
    this.#onSelect(this.#selected === '' ? undefined : node);
    this.#draw();
  }

  #onKey(event: KeyboardEvent): void {
    const current = (event.target as HTMLElement).closest<HTMLElement>('[role="treeitem"]');
    if (!current) return;
    if (event.key === 'Enter') current.click();
    const items = [...this.panel.querySelectorAll<HTMLElement>('[role="treeitem"]')];
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const next = step === 0 ? undefined : items[items.indexOf(current) + step];
    if (next !== undefined) {
      current.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      event.preventDefault();
    }
  }
}

function feasibility(probability: number): HTMLElement {
  const bar = element('i');
  bar.style.width = `${Math.round(probability * 100)}%`;
  return element('span', { title: 'Probability that the step succeeds, as the critic sees it' }, [
    element('span', { class: 'meter', 'data-low': probability < 0.6 }, [bar]),
    `feasible ${probability.toFixed(2)}`,
  ]);
}
