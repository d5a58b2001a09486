import type { EmgLink } from '../emg-source.ts';
import type { GestureName } from '../gestures.ts';
import type { Surroundings } from './assist-types.ts';
import type { ControlDecision, ControlOutput, ControlStatus, GateView } from './control-types.ts';
import { DeliberateStart } from './deliberate-start.ts';
import type { ControlMode, GestureAction, GestureMapping, GestureMotion } from './gesture-mapping.ts';
import { GestureSleep } from './gesture-sleep.ts';
import { HoldDetector } from './hold-detector.ts';
import { type AgentQuestion, menuItems } from './menu-items.ts';
import { MotionDriver, standStill } from './motion-driver.ts';
import type { MeasuredMotion } from './motion-trail.ts';
import { Restlessness } from './restlessness.ts';
import { type MenuPress, ScanMenu } from './scan-menu.ts';
import { SpentGesture } from './spent-gesture.ts';
import { type StopCause, StopCauses } from './stop-causes.ts';
import { StopLatch } from './stop-latch.ts';
import { TakeOverSequence } from './take-over-sequence.ts';
import { VelocityRamp } from './velocity-ramp.ts';

/** Without a decision for this long the controller stops the robot; decisions come every 50 ms. */
export const decisionTimeoutNs = 120_000_000n;
/** A decision on samples older than this is not acted on: it says what the muscles did, not what they do. */
export const staleDecisionNs = 150_000_000n;

/** A way back that comes nearer to a face by no more than this is measured no better than that, m. */
const faceToleranceM = 0.02;

/**
 * Turns gesture decisions into commands.
 *
 * Hold to move: every decision that maps to a motion yields one command; the first that does not yields one command of
 * zero speed and then nothing. While the agent has the robot a gesture yields zero-speed commands only, which is how the
 * gate learns that it has to pause the agent; the take-over sequence, or the menu, then asks for the robot or lets
 * the agent go on. A fault stops until it is over and the forearm rests; the runstop gesture and a tight forearm lock
 * until the person re-arms from the menu.
 */
export class GestureController {
  readonly #mapping: GestureMapping;
  readonly #ramp: VelocityRamp;
  readonly #hold = new HoldDetector();
  readonly #takeOver: TakeOverSequence | undefined;
  readonly #latch = new StopLatch();
  readonly #stopCauses: StopCauses;
  readonly #spent = new SpentGesture();
  readonly #start = new DeliberateStart();
  readonly #sleep: GestureSleep;
  readonly #restlessness = new Restlessness();
  readonly #driver: MotionDriver;
  readonly #menu: ScanMenu;
  readonly #isScanned: boolean;
  #gate: GateView = { source: 'none', agentPaused: false, faceDistanceM: Number.POSITIVE_INFINITY };
  #question: AgentQuestion | undefined;
  #suggestions: readonly string[] = [];
  #isStopPressed = false;
  #hasTakenOver = false;
  #isMenuOpen: boolean;
  #isRestless = false;
  /** The motion that is asked for now was not begun as it has to be. */
  #isRefused = false;
  #modeIndex = 0;
  #levelIndex = 0;
  #lastDecisionNs: bigint | undefined;
  #gesture: GestureName = 'rest';

  /** @param decisionPeriodS - time between decisions, s; the ramp counts decisions */
  constructor(mapping: GestureMapping, decisionPeriodS: number) {
    this.#mapping = mapping;
    this.#ramp = new VelocityRamp(Math.round(mapping.ramp.lengthS / decisionPeriodS), mapping.ramp.decay);
    this.#stopCauses = new StopCauses(mapping);
    this.#takeOver = mapping.takeOver && new TakeOverSequence(mapping.takeOver);
    this.#sleep = new GestureSleep(mapping.sleepAfterS);
    this.#driver = new MotionDriver(mapping, decisionPeriodS);
    this.#menu = new ScanMenu(mapping.scan.dwellS, mapping.scan.pressHoldS);
    this.#isScanned = mapping.modes.some(({ scanned }) => scanned.length > 0);
    this.#isMenuOpen = this.#isScanned;
  }

  get status(): ControlStatus {
    const isOffering = this.#usesMenu && this.#latch.state !== 'stopped';
    return {
      mode: isOffering ? this.#menu.mode || 'menu' : this.#mode.name,
      level: this.#level.name,
      gesture: this.#gesture,
      speed: this.#driver.speed,
      isActive: this.#driver.isMoving,
      stopState: this.#isAsleep ? 'asleep' : this.#latch.state,
      stopReason: this.#isAsleep ? 'no gesture for a while: re-arm to go on' : this.#latch.reason,
      beginsTwice: this.#beginsTwice || this.#isRefused,
      assist: this.#driver.help,
      choices: isOffering ? this.#menu.labels : [],
      litIndex: this.#menu.litIndex,
      litProgress: this.#menu.progress,
    };
  }

  /** Takes the gate's newest status. */
  observeGate(gate: GateView): void {
    this.#gate = gate;
    this.#hasTakenOver = gate.source === 'human' && gate.agentPaused;
  }

  /** Takes whether the Stop button is pressed. */
  observeStop(isPressed: boolean): void {
    if (isPressed !== this.#isStopPressed) this.#menu.clear();
    this.#isStopPressed = isPressed;
  }

  /** Takes where the robot is, whoever moves it; see {@link MotionDriver.observe}. */
  observeMotion(motion: MeasuredMotion, stampNs: bigint, nowNs: bigint): void {
    const { faceDistanceM } = this.#gate;
    this.#driver.observe({ ...motion, faceDistanceM }, stampNs, nowNs);
  }

  /** Takes what the robot sees about itself; undefined while it does not assist. */
  observeSurroundings(surroundings: Surroundings | undefined): void {
    this.#driver.observeSurroundings(surroundings);
  }

  /** Takes what the agent asks; undefined when it asks nothing. */
  observeQuestion(question: AgentQuestion | undefined): void {
    this.#question = question;
  }

  /** Takes the instructions that the agent suggests. */
  observeSuggestions(suggestions: readonly string[]): void {
    this.#suggestions = suggestions;
  }

  /** Takes how the link to the sleeve fares. @returns what stops the robot when it was lost */
  observeLink(link: EmgLink, nowNs: bigint): readonly ControlOutput[] {
    this.#stopCauses.observeLink(link);
    if (link.state === 'connected' || this.#lastDecisionNs === undefined) return [];
    return this.#halt(() => this.#latch.stop(this.#stopCauses.silence), nowNs);
  }

  /** Takes the classes that the decoder tells apart; a mapping of others moves nothing. */
  observeClasses(names: readonly string[]): void {
    this.#stopCauses.observeClasses(names);
  }

  /** Says that the gate granted a take-over (`true`) or that the robot went back to the agent (`false`). */
  confirmTakeOver(hasTakenOver: boolean): void {
    this.#hasTakenOver = hasTakenOver;
    this.#hold.use();
    this.#start.use();
    this.#takeOver?.reset();
  }

  /**
   * Takes a decision.
   *
   * @param ageNs - how old the newest sample is that it rests on, ns
   * @param nowNs - steady time
   * @returns what to send now, in order
   */
  decide(decision: ControlDecision, ageNs: bigint, nowNs: bigint): readonly ControlOutput[] {
    this.#lastDecisionNs = nowNs;
    const isDecided = ageNs <= staleDecisionNs && !decision.rejected;
    const gesture = isDecided && decision.gesture !== 'rest' ? decision.gesture : undefined;
    this.#gesture = gesture ?? 'rest';
    const isRest = isDecided && gesture === undefined;
    const speed = this.#ramp.update(gesture) * decision.effort ** this.#mapping.effortExponent;
    this.#hold.update(gesture, nowNs);
    this.#start.update(gesture, isRest, nowNs);
    this.#restlessness.update(gesture !== undefined, isRest, nowNs);
    const stop = this.#stopCauses.find(decision.fault ?? '', gesture, this.#latch.state === 'locked', nowNs);
    if (stop !== undefined) return this.#stopBy(stop, nowNs);
    this.#latch.update(isRest, nowNs);
    if (this.#latch.state === 'stopped') return this.#stand(nowNs);
    this.#fallAsleep(gesture, nowNs);
    this.#noteRestlessness(gesture);
    const isSpent = this.#spent.update(gesture, nowNs);
    if (this.#usesMenu && !this.#mustPauseAgent) return this.#choose(gesture, speed, nowNs);
    if (isSpent || this.#isAsleep) return this.#stand(nowNs);
    if (this.#agentHasRobot) return this.#askForRobot(gesture, nowNs);
    return this.#moveDirectly(gesture, speed, nowNs);
  }

  /** Stops the robot when decisions have ceased, and the agent while stopped; call it at least every 25 ms. */
  tick(nowNs: bigint): readonly ControlOutput[] {
    const last = this.#lastDecisionNs;
    if (last !== undefined && nowNs - last >= decisionTimeoutNs) {
      this.#lastDecisionNs = undefined;
      return this.#halt(() => this.#latch.stop('no decisions come: the decoder has stopped'), nowNs);
    }
    return this.#latch.state !== 'armed' && this.#gate.source === 'agent' ? [standStill] : [];
  }

  /** Stops whatever this controller moves. */
  stop(nowNs: bigint): readonly ControlOutput[] {
    this.#gesture = 'rest';
    return this.#stand(nowNs);
  }

  get #mode(): ControlMode {
    return this.#mapping.modes[this.#modeIndex] as ControlMode;
  }

  get #level() {
    return this.#mapping.levels[this.#levelIndex] as GestureMapping['levels'][number];
  }

  get #nextLevelIndex(): number {
    return (this.#levelIndex + 1) % this.#mapping.levels.length;
  }

  get #agentHasRobot(): boolean {
    return !this.#hasTakenOver && (this.#gate.source === 'agent' || this.#gate.agentPaused);
  }

  /**
   * Backing out goes at one speed, however weak the gesture, and not always away from a face: it, too, begins twice. In a lock
   * that came while the robot was used one gesture is enough, where it leads no nearer to a face.
   */
  #mustBeginTwice(motion: GestureMotion): boolean {
    if (!('backOut' in motion)) return this.#beginsTwice;
    const isWayOut = this.#latch.state === 'locked' && !this.#sleep.isAsleep;
    const leadsAway = this.#driver.trailFaceM >= this.#gate.faceDistanceM - faceToleranceM;
    return this.#mapping.beginTwice !== undefined && !(isWayOut && leadsAway);
  }

  /** A gesture while the agent moves the robot only pauses it, and chooses nothing. */
  get #mustPauseAgent(): boolean {
    return this.#latch.state === 'armed' && this.#agentHasRobot && !this.#gate.agentPaused;
  }

  /** Asleep, gestures move nothing; but a person whose robot is moved by the agent can always pause it. */
  get #isAsleep(): boolean {
    return this.#sleep.isAsleep && this.#latch.state === 'armed' && !this.#agentHasRobot;
  }

  get #usesMenu(): boolean {
    const offersWaking = this.#isAsleep && !this.#sleep.agentIsAtWork;
    return this.#isMenuOpen || this.#isStopPressed || offersWaking || this.#latch.state === 'locked';
  }

  /** Whether a gesture has to be made twice to move something: always, or while a face is near or may be. */
  get #beginsTwice(): boolean {
    const { nearFaceM } = this.#mapping.beginTwice ?? {};
    return nearFaceM !== undefined && !(this.#gate.faceDistanceM > nearFaceM);
  }

  #stopBy({ kind, reason }: StopCause, nowNs: bigint): readonly ControlOutput[] {
    if (kind === 'stop') return this.#halt(() => this.#latch.stop(reason), nowNs);
    return this.#latch.state === 'locked' ? this.#stand(nowNs) : this.#lock(reason, nowNs);
  }

  /** Locks, and takes the robot from the agent, so that nobody moves it before the person wants it. */
  #lock(reason: string, nowNs: bigint): readonly ControlOutput[] {
    const stopped = this.#halt(() => this.#latch.lock(reason), nowNs);
    return this.#hasTakenOver ? stopped : [...stopped, { kind: 'take-over' }];
  }

  #halt(latch: () => void, nowNs: bigint): readonly ControlOutput[] {
    const { state } = this.#latch;
    const wasMoving = this.#driver.isMoving;
    latch();
    this.#hold.reset();
    this.#takeOver?.reset();
    if (this.#latch.state !== state) this.#menu.clear();
    const outputs = this.stop(nowNs);
    const isNew = wasMoving || this.#latch.state !== state || this.#gate.source === 'agent';
    return isNew ? [...outputs.filter(({ kind }) => kind !== 'base'), standStill] : outputs;
  }

  #stand(nowNs: bigint): readonly ControlOutput[] {
    return this.#driver.move(undefined, 0, 0, nowNs);
  }

  /** Moves what a gesture asks for, if it was begun as it has to be. */
  #move(motion: GestureMotion | undefined, speed: number, nowNs: bigint): readonly ControlOutput[] {
    const isMeant = motion === undefined || this.#start.isDeliberate;
    this.#isRefused = !isMeant && this.#mustBeginTwice(motion);
    if (this.#isRefused) return this.#stand(nowNs);
    if (motion !== undefined) {
      this.#start.use();
      this.#restlessness.choose();
    }
    return this.#driver.move(motion, speed, this.#level.factor, nowNs);
  }

  #askForRobot(gesture: GestureName | undefined, nowNs: bigint): readonly ControlOutput[] {
    const stop = this.#stand(nowNs);
    this.#start.use();
    const asked = this.#takeOver?.update(gesture, nowNs);
    if (asked !== undefined) return [...stop, { kind: asked }];
    return gesture === undefined ? stop : [standStill];
  }

  #moveDirectly(gesture: GestureName | undefined, speed: number, nowNs: bigint): readonly ControlOutput[] {
    const action = gesture === undefined ? undefined : this.#mode.actions[gesture];
    const motion = gesture === undefined ? undefined : this.#mode.motions[gesture];
    const outputs = this.#move(motion, speed, nowNs);
    if (gesture === undefined || action === undefined) return outputs;
    if (!this.#hold.firesFor(gesture, this.#mapping.actionHoldS, nowNs)) return outputs;
    this.#start.use();
    return [...outputs, ...this.#act(action)];
  }

  #act(action: GestureAction): readonly ControlOutput[] {
    if (action === 'hand-back') return [{ kind: 'hand-back' }];
    if (action === 'next-mode') this.#modeIndex = (this.#modeIndex + 1) % this.#mapping.modes.length;
    else if (action === 'toggle-level') this.#levelIndex = this.#nextLevelIndex;
    else {
      this.#isMenuOpen = true;
      this.#menu.clear();
    }
    return [];
  }

  /** Asleep, and moved about; what is offered does not change under a gesture that is being made. */
  #noteRestlessness(gesture: GestureName | undefined): void {
    if (gesture === undefined) this.#isRestless = this.#sleep.isAsleep && this.#restlessness.isRestless;
  }

  #fallAsleep(gesture: GestureName | undefined, nowNs: bigint): void {
    const agent = { moves: this.#gate.source === 'agent', hasRobot: this.#agentHasRobot };
    if (!this.#sleep.update(gesture !== undefined, agent, nowNs)) return;
    this.#isMenuOpen = this.#isScanned;
    this.#menu.clear();
  }

  #choose(gesture: GestureName | undefined, speed: number, nowNs: bigint): readonly ControlOutput[] {
    const nextLevel = this.#mapping.levels[this.#nextLevelIndex]?.name ?? '';
    const items = menuItems(this.#mapping, {
      isStopPressed: this.#isStopPressed,
      isLocked: this.#latch.state === 'locked',
      isAsleep: this.#isAsleep,
      isRestless: this.#isRestless,
      agentHasRobot: this.#agentHasRobot,
      hasTakenOver: this.#hasTakenOver,
      question: this.#question,
      suggestions: this.#suggestions,
      nextLevel,
    });
    // A list that changes under a gesture, or between the two of one, would have it do something else.
    const isBusy = this.#driver.isMoving || this.#start.isAwaited(this.#mapping.scan.gesture);
    if (!isBusy || this.#menu.labels.length === 0) this.#menu.offer(items, nowNs);
    const lit = this.#menu.labels[this.#menu.litIndex];
    const { motion, press, hasOpened } = this.#menu.update(gesture === this.#mapping.scan.gesture, nowNs);
    if (this.#menu.isSpent) this.#start.use();
    if (this.#menu.labels[this.#menu.litIndex] !== lit) this.#start.forget();
    if (hasOpened === true || press !== undefined) this.#restlessness.choose();
    const outputs = this.#move(motion, speed, nowNs);
    return press === undefined ? outputs : [...outputs, ...this.#press(press, nowNs)];
  }

  #press(press: MenuPress, nowNs: bigint): readonly ControlOutput[] {
    this.#isMenuOpen = this.#isScanned;
    this.#hold.use();
    this.#spent.spend(this.#mapping.scan.gesture, nowNs);
    switch (press.kind) {
      case 'answer':
      case 'instruct':
        return [press];
      case 'take-over':
      case 'hand-back':
      case 'resume':
      case 'calibrate':
        return [{ kind: press.kind }];
      case 'toggle-level':
        this.#levelIndex = this.#nextLevelIndex;
        return [];
      case 'stop':
        return this.#lock('stopped from the menu', nowNs);
      case 're-arm':
        this.#latch.rearm();
        this.#sleep.wake(nowNs);
        this.#menu.clear();
        return [];
      default:
        return [];
    }
  }
}
