import { RateMeter, type RealTimeFactor } from '../model/rate-meter.ts';
import { element } from '../shell/element.ts';
import { panel } from './motion-panel.ts';

/** Topics worth a row, by the end of their name. */
const rows: readonly [string, string][] = [
  ['joints', '/joint_states'],
  ['transforms', '/tf'],
  ['camera', '/color/image_raw'],
  ['detections', '/detections'],
  ['lidar', '/scan'],
];

/** Rates as they arrive here, latencies as the nodes tell them. */
export class RatesPanel {
  readonly node: HTMLElement;
  readonly #grid = element('div', { class: 'figures' });
  readonly #values = new Map<string, HTMLElement>();
  readonly #meters = new Map<string, RateMeter>();
  readonly #total = new RateMeter();
  readonly #realTime: RealTimeFactor;
  #policyMs: number | undefined;
  #droppedBefore: number | undefined;
  #droppedNow = 0;

  constructor(realTime: RealTimeFactor) {
    this.#realTime = realTime;
    this.node = panel('Rates', '', this.#grid);
    for (const [title] of rows) this.#row(title);
    for (const title of ['policy', 'real-time factor', 'to this page', 'dropped on the way', 'drawing'])
      this.#row(title);
  }

  onMessage(topic: string, bytes: number): void {
    const nowMs = performance.now();
    this.#total.add(nowMs, bytes);
    const row = rows.find(([, suffix]) => topic === suffix || topic.endsWith(suffix));
    if (!row) return;
    let meter = this.#meters.get(row[0]);
    if (!meter) {
      meter = new RateMeter();
      this.#meters.set(row[0], meter);
    }
    meter.add(nowMs, bytes);
  }

  onPolicy(inferenceMs: number): void {
    this.#policyMs = inferenceMs;
  }

  /** @param droppedFrames - dropped for slow pages since the bridge started */
  onBridgeStatus(droppedFrames: number): void {
    this.#droppedNow = droppedFrames - (this.#droppedBefore ?? droppedFrames);
    this.#droppedBefore = droppedFrames;
  }

  draw(nowMs: number, drawnFramesPerSecond: number): void {
    for (const [title] of rows) {
      const rate = this.#meters.get(title)?.rateHz(nowMs) ?? 0;
      this.#set(title, rate === 0 ? '–' : `${rate.toFixed(rate < 10 ? 1 : 0)} Hz`);
    }
    this.#set('policy', this.#policyMs === undefined ? '–' : `${this.#policyMs.toFixed(1)} ms`);
    const factor = this.#realTime.value;
    this.#set('real-time factor', factor === undefined ? '–' : factor.toFixed(2));
    this.#set('to this page', `${(this.#total.bytesPerSecond(nowMs) / 1e6).toFixed(1)} MB/s`);
    this.#set('drawing', `${drawnFramesPerSecond.toFixed(0)} Hz`);
    this.#set('dropped on the way', this.#droppedNow === 0 ? 'none' : String(this.#droppedNow));
  }

  #row(title: string): void {
    const value = element('span', {}, ['–']);
    this.#values.set(title, value);
    this.#grid.append(element('span', {}, [title]), value);
  }

  #set(title: string, text: string): void {
    if (!this.#values.has(title)) this.#row(title);
    const node = this.#values.get(title);
    if (node && node.textContent !== text) node.textContent = text;
  }
}
