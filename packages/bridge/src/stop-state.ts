/** What the stop process says, twenty times a second and at once when it changes. */
export interface StopSnapshot {
  readonly stopped: boolean;
  /** One sentence; empty while not stopped. */
  readonly reason: string;
}

/** Holds whether the robot must stand still, and tells listeners when that changes. */
export class StopState {
  #snapshot: StopSnapshot = { stopped: false, reason: '' };
  readonly #listeners = new Set<(snapshot: StopSnapshot) => void>();

  get snapshot(): StopSnapshot {
    return this.#snapshot;
  }

  /** Stops; a second stop keeps the first reason. */
  stop(reason: string): void {
    if (this.#snapshot.stopped) return;
    this.#set({ stopped: true, reason });
  }

  resume(): void {
    if (!this.#snapshot.stopped) return;
    this.#set({ stopped: false, reason: '' });
  }

  /** Calls back on every change until the returned function is called. */
  onChange(listener: (snapshot: StopSnapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(snapshot: StopSnapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener(snapshot);
  }
}
