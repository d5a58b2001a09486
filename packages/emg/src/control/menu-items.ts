import type { GestureMapping } from './gesture-mapping.ts';
import type { MenuItem, MenuPress } from './scan-menu.ts';

/** A question of the agent; see `efferent_interfaces/msg/Question`. */
export interface AgentQuestion {
  readonly id: string;
  readonly choices: readonly string[];
}

/** What the menu depends on. */
export interface MenuView {
  /** The robot is stopped and waits for a deliberate re-arming. */
  readonly isLocked: boolean;
  /** Nobody made a gesture for a while. */
  readonly isAsleep: boolean;
  /** Unused for a while, the forearm did something for nothing a moment ago. */
  readonly isRestless: boolean;
  /** The Stop button was pressed; only resuming it lets anything move. */
  readonly isStopPressed: boolean;
  /** The agent moves the robot, or was paused by a gesture. */
  readonly agentHasRobot: boolean;
  readonly hasTakenOver: boolean;
  readonly question: AgentQuestion | undefined;
  /** Instructions that the agent suggests, most useful first. */
  readonly suggestions: readonly string[];
  /** Name of the level that `toggle-level` leads to. */
  readonly nextLevel: string;
}

const press = (label: string, does: MenuPress): MenuItem => ({ label, does: { presses: does } });
const up = press('go back', { kind: 'up' });
const backOut: MenuItem = { label: 'back out', does: { moves: { backOut: true } } };

/** Lists what can be chosen now, most urgent first. */
export function menuItems(mapping: GestureMapping, view: MenuView): readonly MenuItem[] {
  if (view.isStopPressed) return stopItems;
  if (view.isLocked) return [backOut, view.isRestless ? restFirst : rearm];
  if (view.isAsleep) return view.isRestless ? [restFirst] : asleepItems;
  const answers = (view.question?.choices ?? []).map((answer) =>
    press(answer, { kind: 'answer', questionId: view.question?.id ?? '', answer }),
  );
  if (view.agentHasRobot) return [...answers, ...agentItems];
  const modes = mapping.modes
    .filter(({ scanned }) => scanned.length > 0)
    .map(({ name, scanned }) => ({
      label: name,
      does: {
        opens: [...scanned.map(({ label, motion }) => ({ label, does: { moves: motion } })), up],
        mode: name,
      },
    }));
  const suggestions = view.suggestions.map((instruction) =>
    press(instruction, { kind: 'instruct', instruction }),
  );
  return [
    ...answers,
    ...modes,
    backOut,
    ...(suggestions.length === 0 ? [] : [{ label: 'ask the agent', does: { opens: [...suggestions, up] } }]),
    ...(view.hasTakenOver ? [press('give the robot back', { kind: 'hand-back' })] : []),
    press(`${view.nextLevel} speed`, { kind: 'toggle-level' }),
    calibrate,
    press('stop and lock', { kind: 'stop' }),
    ...(modes.length === 0 ? [press('close the menu', { kind: 'close' })] : []),
  ];
}

/** The robot stands for a minute or more: a second choice, that is not the first one lit, says that it is meant. */
const calibrate: MenuItem = {
  label: 'calibrate',
  does: { opens: [up, press('yes, calibrate', { kind: 'calibrate' })] },
};

const stopItems: readonly MenuItem[] = [
  {
    label: 'resume after Stop',
    does: { opens: [press('stay stopped', { kind: 'up' }), press('yes, resume', { kind: 'resume' })] },
  },
];

/** Re-arming is deliberate: it is chosen, and confirmed by a second choice that is not the first one lit. */
const rearm: MenuItem = {
  label: 're-arm',
  does: { opens: [press('stay stopped', { kind: 'up' }), press('yes, re-arm', { kind: 're-arm' })] },
};

/** Whoever sleeps moves by chance: nothing here moves the robot, and most of the time nothing here can be chosen. */
const asleepItems: readonly MenuItem[] = [press('stay asleep', { kind: 'up' }), rearm];

/** Whoever is lifted or has a spasm chooses nothing: the way out is offered to a forearm that rests between its choices. */
const restFirst = press('rest first', { kind: 'up' });

const agentItems: readonly MenuItem[] = [
  press('let the agent go on', { kind: 'hand-back' }),
  {
    label: 'take the robot',
    does: {
      opens: [press('leave it', { kind: 'up' }), press('yes, take the robot', { kind: 'take-over' })],
    },
  },
  press('stop and lock', { kind: 'stop' }),
];
