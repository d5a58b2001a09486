import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** What a person sees of the page. */
export interface SeenPage {
  /** What the menu offers; empty without one. */
  readonly choices: readonly string[];
  /** The choice that is lit; empty without one. */
  readonly lit: string;
  /** How much of its time the lit choice has had, by the bar below it, [0, 1]. */
  readonly progress: number;
  /** The line at the top; empty without one. */
  readonly banner: string;
  /** The line of facts, e.g. who moves the robot. */
  readonly facts: string;
  /** The agent's question; empty without one. */
  readonly question: string;
  /** What the calibration asks for or how it ended, and which of these; empty without one. */
  readonly prompt: string;
  readonly calibration: string;
  /** How much of the calibration is over, by its bar, [0, 1]. */
  readonly calibrationTotal: number;
}

/** What a calibration looked like. */
export interface FollowedPrompts {
  /** What was asked for, in order. */
  readonly asked: readonly string[];
  /** How far the bar of the whole went while prompts were shown, [0, 1]. */
  readonly totals: readonly number[];
  /** Its last words. */
  readonly end: string;
}

/** From seeing to doing, s: the mean of a visual choice reaction. */
const reactionMs = 250;
/** A contraction that chooses: decided after some 0.3 s, and held for another 0.3 s (`press_hold_s`). */
const pressMs = 1000;
/** Between two gestures the forearm rests: decoder and menu want to see it. */
const pauseMs = 700;
/** How long a person looks whether a choice was taken before making the gesture again. */
const patienceMs = 4000;
/** How a person performs what a prompt asks for, fraction of a maximal contraction. */
const efforts = { gently: 0.32, 'with some effort': 0.45, firmly: 0.58 } as const;
const usualEffort = 0.5;
/** What leads out of a list that has not what is looked for, in this order. */
const waysOut = ['yes, re-arm', 're-arm', 'go back', 'leave it', 'stay stopped'] as const;

/**
 * A person who has one reliable gesture, looks at the viewer's page, and moves virtual muscles; nothing else. Reads the page as
 * it is drawn (never a topic), reacts, waits for what a gesture does, and finds the way back after a choice that was not meant.
 */
export class OneGesturePerson {
  readonly #page: Page;
  readonly #gesture: string;
  readonly #activate: (text: string) => void;
  /** What was done and seen, for the message of a test that fails. */
  readonly diary: string[] = [];

  /** @param activate - has the virtual muscles do something, as `/emg/activate` */
  constructor(page: Page, gesture: string, activate: (text: string) => void) {
    this.#page = page;
    this.#gesture = gesture;
    this.#activate = activate;
  }

  look(): Promise<SeenPage> {
    return this.#page.evaluate(readPage);
  }

  /** Waits until the page shows something. @throws Error naming what was waited for, and the diary */
  async waitToSee(what: string, isSeen: (seen: SeenPage) => boolean, timeoutMs: number): Promise<SeenPage> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const seen = await this.look();
      if (isSeen(seen)) return seen;
      if (performance.now() > untilMs) throw this.#lost(`did not see ${what}`, seen);
      await sleep(60);
    }
  }

  /**
   * Takes one choice after the other, until the page shows that it was of use; tries again when something else came of it.
   *
   * @param path - labels, from the top of the menu
   */
  async achieve(
    path: readonly string[],
    what: string,
    isSeen: (seen: SeenPage) => boolean,
    timeoutMs: number,
  ): Promise<void> {
    const untilMs = performance.now() + timeoutMs;
    while (performance.now() < untilMs) {
      for (const label of path) await this.#take(label, untilMs);
      try {
        await this.waitToSee(what, isSeen, patienceMs);
        return;
      } catch {
        this.note(`${path.join(' > ')} did not lead to ${what}`);
      }
    }
    throw this.#lost(`did not achieve ${what}`, await this.look());
  }

  /** Lets the agent take every step that it asks about, until what was wanted has come true. */
  async confirmUntil(isTrue: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const untilMs = performance.now() + timeoutMs;
    while (!(await isTrue())) {
      const seen = await this.look();
      if (performance.now() > untilMs) throw this.#lost('waited in vain', seen);
      const paused = 'let the agent go on';
      if (seen.question.startsWith('Next: '))
        await this.achieve(['go on'], 'the step begin', ({ question }) => question === '', timeoutMs);
      // A gesture that was held too long has paused the agent.
      else if (seen.choices.includes(paused))
        await this.achieve(
          [paused],
          'the agent free',
          ({ facts }) => !facts.includes('agent paused'),
          timeoutMs,
        );
      else await sleep(100);
    }
  }

  /** Makes the gesture while the agent moves the robot, until the page says that the agent is paused. */
  async pauseAgent(timeoutMs: number): Promise<void> {
    const untilMs = performance.now() + timeoutMs;
    while (performance.now() < untilMs) {
      await this.#gestureOnce('pause');
      try {
        await this.waitToSee('the agent paused', ({ facts }) => facts.includes('agent paused'), patienceMs);
        return;
      } catch {
        this.note('the agent was not paused');
      }
    }
    throw this.#lost('could not pause the agent', await this.look());
  }

  /** Does what the calibration card asks for until it says that it is over. */
  async followPrompts(timeoutMs: number): Promise<FollowedPrompts> {
    const untilMs = performance.now() + timeoutMs;
    const [asked, totals]: [string[], number[]] = [[], []];
    for (;;) {
      const seen = await this.look();
      const { calibration, calibrationTotal, prompt } = seen;
      if (calibration === 'done' || calibration === 'failed') return { asked, totals, end: prompt };
      if (performance.now() > untilMs) throw this.#lost('was prompted without end', seen);
      if (calibration === 'prompting') totals.push(calibrationTotal);
      if (prompt !== asked.at(-1)) {
        asked.push(prompt);
        await sleep(reactionMs);
        this.#perform(prompt);
      }
      await sleep(40);
    }
  }

  /** Looks for a choice, and takes it when it is lit; wherever it is not offered, the way out is taken first. */
  async #take(label: string, untilMs: number): Promise<void> {
    while (performance.now() < untilMs) {
      const { choices } = await this.look();
      const wanted = choices.includes(label) ? label : waysOut.find((way) => choices.includes(way));
      if (wanted === undefined) await sleep(100);
      else if ((await this.#press(wanted, untilMs)) && wanted === label) return;
    }
    throw this.#lost(`could not take "${label}"`, await this.look());
  }

  /** Makes the gesture when a choice is lit. @returns whether the choices changed then */
  async #press(label: string, untilMs: number): Promise<boolean> {
    const offered = await this.#seeLit(label, untilMs);
    if (offered === undefined) return false;
    await this.#gestureOnce(label);
    const endMs = performance.now() + patienceMs;
    while (performance.now() < endMs) {
      const choices = (await this.look()).choices.join();
      if (choices !== offered) return true;
      await sleep(60);
    }
    this.note(`"${label}" was not taken`);
    return false;
  }

  /** Waits until a choice is lit, early in its time; undefined when it is offered no more. @returns what is offered */
  async #seeLit(label: string, untilMs: number): Promise<string | undefined> {
    while (performance.now() < untilMs) {
      const { choices, lit, progress } = await this.look();
      if (!choices.includes(label)) return undefined;
      if (lit === label && progress > 0.1 && progress < 0.45) return choices.join();
      await sleep(40);
    }
    return undefined;
  }

  async #gestureOnce(why: string): Promise<void> {
    await sleep(reactionMs);
    this.note(`gesture: ${why}`);
    this.#activate(`${this.#gesture} ${usualEffort}`);
    await sleep(pressMs);
    this.#activate('rest');
    await sleep(pauseMs);
  }

  #perform(prompt: string): void {
    const [gesture = '', how = ''] = prompt.split(', ');
    const effort = efforts[how as keyof typeof efforts];
    this.note(`asked: ${prompt}`);
    this.#activate(effort === undefined ? 'rest' : `${gesture} ${effort}`);
  }

  /** Writes something into the diary. */
  note(text: string): void {
    this.diary.push(`${(performance.now() / 1000).toFixed(1)} ${text}`);
  }

  #lost(problem: string, seen: SeenPage): Error {
    return new Error(
      `the person ${problem}; sees ${JSON.stringify(seen)}\n${this.diary.slice(-25).join('\n')}`,
    );
  }
}

/** Runs in the page. */
function readPage(): SeenPage {
  const shown = (id: string): HTMLElement | undefined => {
    const node = document.getElementById(id);
    return node?.checkVisibility() === true ? node : undefined;
  };
  const textOf = (node: Element | null | undefined) => node?.textContent ?? '';
  const menu = shown('gesture-menu');
  const lit = menu?.querySelector<HTMLElement>('.gesture-choice[aria-current="true"]');
  const card = shown('calibration');
  return {
    choices: [...(menu?.querySelectorAll('.gesture-choice') ?? [])].map(textOf),
    lit: textOf(lit),
    progress: Number(lit?.style.getPropertyValue('--progress') || 0),
    banner: textOf(shown('banner')),
    facts: textOf(shown('facts')),
    question: textOf(shown('question')?.querySelector('#question-text')),
    prompt: textOf(card?.querySelector('.calibration-now')),
    calibration: card?.dataset.state ?? '',
    calibrationTotal: card?.querySelector<HTMLProgressElement>('.calibration-total')?.value ?? 0,
  };
}
