import type { MessageTypes } from '@efferent/interfaces';
import type { GraphLink } from '../connection/graph-link.ts';
import { byId, element } from './element.ts';
import { type IconName, icon } from './icon.ts';

type GateStatus = MessageTypes['efferent_interfaces/msg/GateStatus'];
type Tone = 'plain' | 'good' | 'busy' | 'warn' | 'bad';

/** Facts of the moment, and the buttons for pause, reset, scanning and help. */
export class TopBar {
  readonly #link: GraphLink;
  readonly #facts = new Map<string, HTMLElement>();
  readonly #pause: HTMLButtonElement;
  readonly #reset: HTMLButtonElement;
  #isPaused = false;

  constructor(link: GraphLink, actions: { readonly scan: () => void; readonly help: () => void }) {
    this.#link = link;
    this.#pause = this.#button('pause', 'Pause', () => this.togglePause());
    this.#reset = this.#button('reset', 'Reset scene', () => this.#resetScene());
    this.#pause.dataset.scan = '2';
    this.#reset.dataset.scan = '4';
    const scan = this.#button('scan', 'Scan', async () => actions.scan());
    scan.id = 'scan-toggle';
    scan.title = 'Single-switch scanning: targets light up in turn, one key or gesture chooses';
    scan.setAttribute('aria-pressed', 'false');
    const help = this.#button('question', '', async () => actions.help());
    help.setAttribute('aria-label', 'Keyboard and help');
    byId('bar-actions').append(this.#pause, this.#reset, scan, help);
    link.state.watch((state) => {
      const tone: Tone = state === 'connected' ? 'good' : 'bad';
      this.set(
        'link',
        state === 'connected' ? 'plug' : 'unplug',
        tone,
        state === 'connected' ? 'live' : state,
        '',
      );
    });
    link.services.watch((services) => {
      this.#pause.disabled = !services.has('/agent/pause');
      this.#reset.hidden = !services.has('/scene/reset');
    });
  }

  /** Shows one fact as icon, name and value. @param isOptional - may be left out on a narrow screen */
  set(id: string, iconName: IconName, tone: Tone, value: string, name: string, isOptional = false): void {
    let node = this.#facts.get(id);
    if (!node) {
      node = element('span', { class: `fact${isOptional ? ' optional' : ''}` });
      this.#facts.set(id, node);
      byId('facts').append(node);
    }
    const key = `${iconName}|${tone}|${value}|${name}`;
    if (node.dataset.key === key) return;
    node.dataset.key = key;
    node.dataset.tone = tone;
    node.replaceChildren(icon(iconName, 14), ...(name === '' ? [] : [name]), element('b', {}, [value]));
  }

  /** Shows who moves a robot, and its name where there are several. */
  onGate(status: GateStatus, robot: string, isNamed: boolean): void {
    const id = `gate ${robot}`;
    const motion = (text: string) => (isNamed ? `${robot.replace(/^\//, '')} ${text}` : text);
    const who = status.source === 'none' ? 'nobody' : status.source === 'human' ? 'you' : 'the agent';
    if (status.stopped) this.set(id, 'warning', 'bad', status.reason || 'stopped', motion('motion'));
    else if (status.agent_paused) this.set(id, 'hand', 'warn', 'agent paused by a gesture', motion('motion'));
    else this.set(id, 'hand', status.source === 'none' ? 'plain' : 'busy', who, motion('moved by'));
  }

  async togglePause(): Promise<void> {
    const wanted = !this.#isPaused;
    const response = await this.#link.call('std_srvs/srv/SetBool', '/agent/pause', { data: wanted });
    if (!response.success) throw new Error(response.message);
    this.#isPaused = wanted;
    this.#pause.setAttribute('aria-pressed', String(wanted));
    this.#pause.replaceChildren(
      icon(wanted ? 'play' : 'pause'),
      element('span', { class: 'text' }, [wanted ? 'Go on' : 'Pause']),
    );
  }

  async #resetScene(): Promise<void> {
    const response = await this.#link.call('std_srvs/srv/Trigger', '/scene/reset', {});
    if (!response.success) throw new Error(response.message);
  }

  #button(iconName: IconName, text: string, work: () => Promise<void>): HTMLButtonElement {
    const button = element(
      'button',
      {
        type: 'button',
        ...(text === '' ? {} : { 'aria-label': text }),
        onclick: () => {
          work().catch((error: unknown) => {
            button.title = error instanceof Error ? error.message : String(error);
            this.set('problem', 'warning', 'warn', button.title, '');
          });
        },
      },
      [icon(iconName), ...(text === '' ? [] : [element('span', { class: 'text' }, [text])])],
    );
    return button;
  }
}
