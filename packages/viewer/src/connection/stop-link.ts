import { Observable } from './observable.ts';

/** What the page knows about the stop process; `reachable` is false when its heartbeat is missing. */
export interface StopView {
  readonly stopped: boolean;
  readonly reason: string;
  readonly reachable: boolean;
}

const silenceMs = 2000;

/** Talks to the stop process directly, past the bridge, so that Stop works whatever the bridge does. */
export class StopLink {
  readonly state = new Observable<StopView>({ stopped: false, reason: '', reachable: false });
  readonly #base: string;
  readonly #token: string;
  #events: EventSource | undefined;
  #lastBeatMs = 0;

  /** @param base - e.g. `http://127.0.0.1:8766` */
  constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  open(): void {
    this.#listen();
    setInterval(() => this.#watchSilence(), 500);
  }

  /** Presses Stop. Rejects with one sentence when the stop process cannot be reached. */
  async stop(): Promise<void> {
    await this.#post('/stop');
  }

  async resume(): Promise<void> {
    await this.#post('/resume');
  }

  async #post(path: string): Promise<void> {
    const headers = this.#token === '' ? {} : { Authorization: `Bearer ${this.#token}` };
    const response = await fetch(this.#base + path, {
      method: 'POST',
      headers,
      signal: AbortSignal.timeout(3000),
    });
    if (!response.ok) throw new Error(`the stop process refused: ${response.status}`);
    this.#onState(await response.json());
  }

  #listen(): void {
    this.#events?.close();
    const query = this.#token === '' ? '' : `?token=${encodeURIComponent(this.#token)}`;
    const events = new EventSource(`${this.#base}/events${query}`);
    events.onmessage = ({ data }) => this.#onState(JSON.parse(data));
    this.#events = events;
  }

  #onState(state: { stopped: boolean; reason: string }): void {
    this.#lastBeatMs = performance.now();
    this.state.set({ stopped: state.stopped, reason: state.reason, reachable: true });
  }

  #watchSilence(): void {
    if (performance.now() - this.#lastBeatMs < silenceMs) return;
    if (this.state.value.reachable) this.state.set({ ...this.state.value, reachable: false });
    // EventSource gives up for good after some failures; start it anew.
    if (this.#events?.readyState === EventSource.CLOSED) this.#listen();
  }
}
