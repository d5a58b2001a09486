import type { MessageTypes } from '@efferent/interfaces';
import type { GraphLink } from '../connection/graph-link.ts';
import { formatPosition, type GaugeSpec, gaugeSpecs, gripperIndex } from '../model/joint-gauges.ts';
import { element } from '../shell/element.ts';
import { Gauge } from './gauge.ts';

type JointState = MessageTypes['sensor_msgs/msg/JointState'];

/** How long a command is shown after it came, ms: the life of a command at the gate. */
const commandLifeMs = 400;
const topSpeedMps = 0.35;
const topTurnRadS = 0.8;

type JointLimits = ReadonlyMap<string, { readonly lower: number; readonly upper: number }>;

interface Commanded {
  readonly value: number;
  readonly atMs: number;
}

/** Joints, base and gripper: what is commanded beside what is. */
export class MotionPanel {
  readonly nodes: readonly HTMLElement[];
  readonly #joints = element('div');
  readonly #limits: () => JointLimits;
  readonly #gauges = new Map<string, { readonly spec: GaugeSpec; readonly gauge: Gauge }>();
  readonly #commands = new Map<string, Commanded>();
  readonly #speed = new Gauge('forward', -topSpeedMps, topSpeedMps);
  readonly #turn = new Gauge('turn', -topTurnRadS, topTurnRadS);
  readonly #grip = new Gauge('grip force', 0, 20);
  #state: JointState | undefined;
  /** Undefined for a robot that does not drive. */
  #twist: { readonly linear: number; readonly angular: number } | undefined;
  #subscriptions: readonly (() => void)[] = [];
  #shownFor = '';

  /** @param limits - joint limits of the URDF, as far as it is known now */
  constructor(limits: () => JointLimits) {
    this.#limits = limits;
    this.nodes = [
      panel('Joints', 'command | state', this.#joints),
      panel('Base and gripper', '', element('div', {}, [this.#speed.node, this.#turn.node, this.#grip.node])),
    ];
    this.#speed.set(0, '0.00 m/s');
    this.#turn.set(0, '0°/s');
    this.#grip.set(0, '–');
  }

  /** Subscribes to a robot's topics instead of those of the one before. @param robot - its namespace, e.g. `/stretch` */
  watch(link: GraphLink, robot: string): void {
    for (const end of this.#subscriptions) end();
    this.#commands.clear();
    this.#state = undefined;
    this.#twist = undefined;
    this.#subscriptions = [
      link.subscribe('sensor_msgs/msg/JointState', `${robot}/joint_states`, (state) => {
        this.#state = state;
      }),
      link.subscribe('nav_msgs/msg/Odometry', `${robot}/odom`, ({ twist }) => {
        this.#twist = { linear: twist.twist.linear.x, angular: twist.twist.angular.z };
      }),
      link.subscribe('geometry_msgs/msg/Twist', `${robot}/cmd_vel`, ({ linear, angular }) => {
        this.#command('forward', linear.x);
        this.#command('turn', angular.z);
      }),
      ...['agent', 'human'].map((source) =>
        link.subscribe(
          'trajectory_msgs/msg/JointTrajectory',
          `${robot}/gate/${source}/joint_trajectory`,
          ({ joint_names, points }) => {
            const point = points[points.length - 1];
            for (const [index, name] of joint_names.entries()) {
              const position = point?.positions[index];
              if (position !== undefined) this.#command(name, position);
            }
          },
        ),
      ),
    ];
  }

  /** Draws the newest values; call a few times a second. */
  draw(nowMs: number): void {
    const state = this.#state;
    if (!state) return;
    this.#ensureGauges(state.name);
    for (const [index, name] of state.name.entries()) {
      const shown = this.#gauges.get(name);
      const position = state.position[index];
      if (!shown || position === undefined) continue;
      shown.gauge.set(position, formatPosition(position, shown.spec.unit));
      shown.gauge.setCommand(this.#commanded(name, nowMs));
    }
    this.#drawBase(nowMs);
    const gripper = gripperIndex(state.name, this.#limits());
    const force = Math.abs(state.effort[gripper] ?? Number.NaN);
    if (Number.isFinite(force)) this.#grip.set(force, `${force.toFixed(1)} N`);
  }

  #drawBase(nowMs: number): void {
    this.#speed.node.hidden = this.#turn.node.hidden = this.#twist === undefined;
    if (this.#twist === undefined) return;
    const { linear, angular } = this.#twist;
    this.#speed.set(linear, `${linear.toFixed(2)} m/s`);
    this.#turn.set(angular, `${((angular * 180) / Math.PI).toFixed(0)}°/s`);
    this.#speed.setCommand(this.#commanded('forward', nowMs));
    this.#turn.setCommand(this.#commanded('turn', nowMs));
  }

  #ensureGauges(names: readonly string[]): void {
    const key = `${names.join()} ${this.#limits().size}`;
    if (key === this.#shownFor) return;
    this.#shownFor = key;
    this.#gauges.clear();
    for (const spec of gaugeSpecs(names, this.#limits())) {
      this.#gauges.set(spec.name, { spec, gauge: new Gauge(spec.title, spec.lower, spec.upper) });
    }
    this.#joints.replaceChildren(...[...this.#gauges.values()].map(({ gauge }) => gauge.node));
  }

  #command(name: string, value: number): void {
    this.#commands.set(name, { value, atMs: performance.now() });
  }

  #commanded(name: string, nowMs: number): number | undefined {
    const command = this.#commands.get(name);
    return command && nowMs - command.atMs < commandLifeMs ? command.value : undefined;
  }
}

/** Builds one panel of the body. */
export function panel(title: string, note: string, content: HTMLElement): HTMLElement {
  return element('section', { class: 'body-panel', 'aria-label': title }, [
    element('h2', {}, [title, element('span', {}, [note])]),
    content,
  ]);
}
