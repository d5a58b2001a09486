import { findRobots } from '../model/robots.ts';
import { byId, element } from './element.ts';

/** Which robot the view follows and the body shows; buttons to choose where there are several. */
export class RobotChoice {
  readonly #onChoice: (robot: string) => void;
  readonly #buttons = new Map<string, HTMLButtonElement>();
  #chosen = '';
  #isByPerson = false;

  /** @param onChoice - called with the namespace of the robot that is shown from now on, e.g. `/stretch` */
  constructor(onChoice: (robot: string) => void) {
    this.#onChoice = onChoice;
  }

  /** Names of the robots as people read them, in the order of the buttons. */
  get names(): string[] {
    return [...this.#buttons.keys()].map(plainName);
  }

  /**
   * Looks for robots among the topics of the graph. Until a person chooses, the first that drives is shown.
   *
   * @returns namespaces of the robots that were not known before
   */
  add(topics: Iterable<string>): string[] {
    const found = findRobots(topics);
    const added = found.map(({ name }) => name).filter((name) => !this.#buttons.has(name));
    for (const name of added) this.#buttons.set(name, this.#button(name));
    const nodes = [...this.#buttons.values()];
    if (added.length > 0) byId('robots').replaceChildren(...nodes);
    byId('robots').hidden = nodes.length < 2;
    const first = found.find(({ drives }) => drives) ?? found[0];
    if (first !== undefined && !this.#isByPerson) this.#choose(first.name);
    return added;
  }

  #choose(robot: string): void {
    if (robot === this.#chosen) return;
    this.#chosen = robot;
    for (const [name, button] of this.#buttons) button.setAttribute('aria-pressed', String(name === robot));
    this.#onChoice(robot);
  }

  #button(robot: string): HTMLButtonElement {
    const choose = () => {
      this.#isByPerson = true;
      this.#choose(robot);
    };
    return element('button', { type: 'button', 'aria-pressed': 'false', onclick: choose }, [
      plainName(robot),
    ]);
  }
}

const plainName = (robot: string): string => robot.replace(/^\//, '');
