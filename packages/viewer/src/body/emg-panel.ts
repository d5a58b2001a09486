import type { MessageTypes } from '@efferent/interfaces';
import type { GraphLink } from '../connection/graph-link.ts';
import { type ElectrodeMap, electrodePixels, mapOf } from '../model/electrode-map.ts';
import { element } from '../shell/element.ts';
import { Gauge } from './gauge.ts';
import { panel } from './motion-panel.ts';

type Gesture = MessageTypes['efferent_interfaces/msg/Gesture'];
type ControlStatus = MessageTypes['efferent_interfaces/msg/GestureControlStatus'];

/** What a forearm does besides gestures: all of it tight, or some of it in a spasm. */
const unmeant = ['tighten', 'spasm'] as const;
const restGesture = 'rest';

/**
 * The forearm: electrode map, every class with its probability, what the gestures do to the robot, and buttons that move
 * the virtual muscles.
 */
export class EmgPanel {
  readonly node: HTMLElement;
  /** Called with every status of the chosen robot's gesture control. */
  onStatus: (status: ControlStatus) => void = () => undefined;
  readonly #link: GraphLink;
  readonly #map = element('canvas', {
    width: '8',
    height: '8',
    role: 'img',
    'aria-label': 'Activity of the electrodes',
  });
  readonly #bars = element('div', {
    class: 'classes',
    role: 'group',
    'aria-label': 'Probability of each gesture',
  });
  #gauges: readonly { readonly name: string; readonly gauge: Gauge }[] = [];
  readonly #muscles = element('div', {
    class: 'muscles',
    role: 'group',
    'aria-label': 'Virtual muscles: hold to contract',
  });
  readonly #decision = element('span', { class: 'mono' });
  readonly #control = element('span', { class: 'control' });
  readonly #latency = element('span', { class: 'mono' });
  readonly #takeOver = element('button', { type: 'button', disabled: true, 'data-scan': '2' }, ['Take over']);
  readonly #calibrate = element('button', { type: 'button', disabled: true, 'data-scan': '3' }, [
    'Calibrate',
  ]);
  #robot = '';
  #subscriptions: readonly (() => void)[] = [];
  #isHuman = false;
  #gesture: Gesture | undefined;
  #electrodes: ElectrodeMap | undefined;
  #fullScaleUv = 60;
  #muscleNames = '';

  constructor(link: GraphLink) {
    this.#link = link;
    const content = element('div', {}, [
      element('div', { class: 'emg-state' }, [this.#control, this.#decision, this.#latency]),
      element('div', { class: 'emg' }, [this.#map, this.#bars]),
      this.#muscles,
    ]);
    this.node = panel('Forearm', '', content);
    this.node.querySelector('h2')?.append(this.#calibrate, this.#takeOver);
    this.node.hidden = true;
    this.#takeOver.addEventListener('click', () => void this.#setTakeOver(this.#robot, !this.#isHuman));
    this.#calibrate.addEventListener('click', () => void this.#startCalibration());
    link.services.watch((services) => {
      this.#calibrate.disabled = !services.has('/emg/calibrate');
    });
    link.topics.watch((topics) => {
      const isThere = topics.has('/emg/gesture');
      if (isThere !== this.node.hidden) return;
      this.node.hidden = !isThere;
    });
    link.subscribe('efferent_interfaces/msg/Gesture', '/emg/gesture', (gesture) => {
      this.#gesture = gesture;
    });
    link.subscribe('efferent_interfaces/msg/EmgSourceStatus', '/emg/source', (status) => {
      this.#electrodes = { columns: status.map_columns, channels: status.map_channels };
    });
  }

  /** Subscribes to what the gestures do to a robot, instead of the one before. @param robot - its namespace, e.g. `/stretch` */
  watchRobot(robot: string): void {
    for (const end of this.#subscriptions) end();
    this.#robot = robot;
    this.#control.textContent = '';
    this.#subscriptions = [
      this.#link.subscribe(
        'efferent_interfaces/msg/GestureControlStatus',
        `${robot}/gesture_control/status`,
        (status) => this.#onStatus(status),
      ),
      this.#link.subscribe('efferent_interfaces/msg/GateStatus', `${robot}/gate/status`, ({ source }) => {
        this.#isHuman = source === 'human';
        this.#takeOver.textContent = this.#isHuman ? 'Give back' : 'Take over';
        this.#takeOver.setAttribute('aria-pressed', String(this.#isHuman));
      }),
      this.#link.services.watch((services) => {
        this.#takeOver.disabled = !services.has(`${robot}/gate/take_over`);
      }),
    ];
  }

  #onStatus(status: ControlStatus): void {
    const { active, assist, begins_twice: beginsTwice, latency_ms: latencyMs } = status;
    const facts = [status.mode, status.level];
    if (active) facts.push(`${Math.round(status.speed * 100)} %`);
    else if (beginsTwice) facts.push('twice');
    if (assist !== '') facts.push(assist);
    this.#control.textContent = status.stop_state === 'armed' ? facts.join(' · ') : status.stop_state;
    if (Number.isFinite(latencyMs)) this.#latency.textContent = `${latencyMs.toFixed(0)}\u00a0ms to command`;
    this.onStatus(status);
  }

  draw(): void {
    const gesture = this.#gesture;
    if (!gesture || this.node.hidden) return;
    const isFaulty = gesture.fault !== '';
    this.#decision.dataset.tone = isFaulty ? 'bad' : 'plain';
    if (isFaulty) this.#decision.textContent = gesture.fault.replaceAll('-', ' ');
    else {
      const decided = gesture.rejected ? 'unsure' : gesture.gesture;
      this.#decision.textContent = `${decided} ${gesture.confidence.toFixed(2)}`;
    }
    this.#drawMap(gesture.channel_rms_uv);
    this.#drawBars(gesture);
    this.#ensureMuscles(gesture.names);
  }

  #drawMap(rms: ArrayLike<number>): void {
    if (rms.length === 0) return;
    const map = mapOf(this.#electrodes, rms.length);
    const rows = Math.ceil(map.channels.length / map.columns);
    if (this.#map.width !== map.columns || this.#map.height !== rows) {
      this.#map.width = map.columns;
      this.#map.height = rows;
      // A sleeve is rolled out above the bars; a grid has room beside them.
      this.#map.parentElement?.setAttribute('data-map', map.columns > 2 * rows ? 'wide' : 'square');
    }
    const context = this.#map.getContext('2d');
    if (!context) return;
    let peak = 0;
    for (let i = 0; i < rms.length; i++) peak = Math.max(peak, rms[i] ?? 0);
    // The scale follows the strongest contraction seen and forgets it slowly.
    this.#fullScaleUv = Math.max(30, peak, this.#fullScaleUv * 0.998);
    const image = context.createImageData(map.columns, rows);
    electrodePixels(map, rms, this.#fullScaleUv, image.data);
    context.putImageData(image, 0, 0);
  }

  /** In the order of the classes, so that the eye finds each where it was. */
  #drawBars({ names, probabilities, gesture, rejected }: Gesture): void {
    if (this.#gauges.map(({ name }) => name).join() !== names.join()) {
      this.#gauges = names.map((name) => ({ name, gauge: new Gauge(name, 0, 1) }));
      this.#bars.replaceChildren(...this.#gauges.map(({ gauge }) => gauge.node));
    }
    for (const [i, { name, gauge }] of this.#gauges.entries()) {
      const probability = probabilities[i] ?? 0;
      gauge.set(probability, probability.toFixed(2));
      gauge.node.dataset.decided = String(!rejected && name === gesture);
    }
  }

  #ensureMuscles(names: readonly string[]): void {
    const key = names.join();
    if (key === this.#muscleNames) return;
    this.#muscleNames = key;
    this.#muscles.replaceChildren(
      ...[...names.filter((name) => name !== restGesture), ...unmeant].map((name) =>
        this.#muscleButton(name),
      ),
    );
  }

  #muscleButton(name: string): HTMLButtonElement {
    const contract = (event: Event) => {
      if (event instanceof KeyboardEvent && (event.key !== 'Enter' || event.repeat)) return;
      button.classList.add('is-held');
      this.#activate(name);
    };
    const relax = () => {
      if (!button.classList.contains('is-held')) return;
      button.classList.remove('is-held');
      this.#activate(restGesture);
    };
    const button = element(
      'button',
      {
        type: 'button',
        onpointerdown: contract,
        onpointerup: relax,
        onpointerleave: relax,
        onpointercancel: relax,
        onkeydown: contract,
        onkeyup: relax,
        onblur: relax,
      },
      [name.replaceAll('_', ' ').replaceAll('-', ' ')],
    );
    return button;
  }

  #setTakeOver(robot: string, data: boolean): Promise<void> {
    return this.#ask(this.#takeOver, `${robot}/gate/take_over`, data);
  }

  #startCalibration(): Promise<void> {
    return this.#ask(this.#calibrate, '/emg/calibrate', true);
  }

  /** Asks a service; why it was refused is told at its button. */
  async #ask(button: HTMLButtonElement, service: string, data: boolean): Promise<void> {
    try {
      const { success, message } = await this.#link.call('std_srvs/srv/SetBool', service, { data });
      button.title = success ? '' : message;
    } catch (error) {
      button.title = error instanceof Error ? error.message : String(error);
    }
  }

  #activate(gesture: string): void {
    this.#link.publish('std_msgs/msg/String', '/emg/activate', { data: gesture });
  }
}
