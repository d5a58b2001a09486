import type { LinkState } from '../connection/graph-link.ts';
import type { StopView } from '../connection/stop-link.ts';
import { byId } from './element.ts';
import { icon } from './icon.ts';

/** Says in one line what keeps the robot from being driven: the connection, the stop process, a pressed Stop, stopped gestures. */
export class Banner {
  readonly #node = byId('banner');
  #link: LinkState = 'connecting';
  #stop: StopView = { stopped: false, reason: '', reachable: true };
  #gestures = { state: 'armed', reason: '' };
  #wasConnected = false;
  #shown = '';

  onLink(state: LinkState): void {
    this.#link = state;
    if (state === 'connected') this.#wasConnected = true;
    document.body.classList.toggle('is-stale', this.#wasConnected && state !== 'connected');
    this.#draw();
  }

  onStop(view: StopView): void {
    this.#stop = view;
    this.#draw();
  }

  /** @param state - `armed`, `stopped` or `locked`; @param reason - why, one sentence */
  onGestures(state: string, reason: string): void {
    this.#gestures = { state, reason };
    this.#draw();
  }

  #draw(): void {
    const [tone, text] = this.#message();
    const key = `${tone} ${text}`;
    if (key === this.#shown) return;
    this.#shown = key;
    this.#node.hidden = text === '';
    this.#node.dataset.tone = tone;
    this.#node.replaceChildren(icon(this.#link === 'connected' ? 'warning' : 'unplug'), text);
  }

  #message(): ['bad' | 'warn', string] {
    if (this.#link === 'lost') {
      return this.#wasConnected
        ? ['bad', 'Connection lost. Showing the last known state; trying to reconnect.']
        : ['bad', 'No connection to the robot yet; trying.'];
    }
    if (this.#link === 'stalled') {
      return ['bad', 'The bridge has gone quiet. Showing the last known state. Stop still works.'];
    }
    if (this.#stop.stopped) return ['bad', `Stopped. ${this.#stop.reason}. Press Resume to allow motion.`];
    const { state, reason } = this.#gestures;
    if (state === 'locked') return ['bad', `Gestures are locked: ${reason}. Re-arm from the menu.`];
    if (state === 'stopped') return ['bad', `Gestures are stopped: ${reason}. Rest to go on.`];
    if (!this.#stop.reachable && this.#wasConnected) {
      return ['warn', 'The stop process does not answer; the robot stands still until it does.'];
    }
    return ['warn', ''];
  }
}
