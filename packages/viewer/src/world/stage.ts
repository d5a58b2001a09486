import {
  ACESFilmicToneMapping,
  Color,
  DirectionalLight,
  Fog,
  HemisphereLight,
  PCFShadowMap,
  PerspectiveCamera,
  PMREMGenerator,
  Scene,
  WebGLRenderer,
} from 'three';
import { RoomEnvironment } from 'three/examples/jsm/environments/RoomEnvironment.js';
import { Floor, type FloorColors } from './floor.ts';
import { FrameBudget, fullLimits, leanLimits } from './frame-budget.ts';
import { isDrawnByProcessor, quality } from './quality.ts';

const shadowMapSize = quality === 'full' ? 2048 : 1024;

const leanShadowPeriodMs = 300;

interface Palette {
  readonly background: string;
  readonly floor: FloorColors;
  readonly sky: string;
  readonly ground: string;
  readonly key: number;
  readonly fill: number;
  readonly exposure: number;
}

const palettes: Readonly<Record<'dark' | 'light', Palette>> = {
  dark: {
    background: '#14181d',
    floor: { tile: '#5f5a54', otherTile: '#57534e', joint: '#4a4743' },
    sky: '#d5dbe2',
    ground: '#4a433b',
    key: 2.3,
    fill: 0.6,
    exposure: 1.05,
  },
  light: {
    background: '#e6e9ed',
    floor: { tile: '#cfc8be', otherTile: '#c6bfb4', joint: '#b5aea3' },
    sky: '#ffffff',
    ground: '#b9aea0',
    key: 2.1,
    fill: 0.62,
    exposure: 0.98,
  },
};

/**
 * The stage: renderer, camera, lights, floor. Axes as in ROS: z up, metres.
 *
 * Draws only when something asked for it, and never faster than the machine can afford.
 */
export class Stage {
  readonly scene = new Scene();
  readonly camera = new PerspectiveCamera(38, 1, 0.02, 60);
  readonly renderer: WebGLRenderer;
  /** Called before each drawn frame with the time since the last one, s. */
  readonly beforeDraw: ((elapsedS: number) => void)[] = [];
  /** Called after each drawn frame, for overlays. */
  readonly afterDraw: (() => void)[] = [];
  readonly #container: HTMLElement;
  readonly #hemisphere = new HemisphereLight();
  readonly #key = new DirectionalLight();
  readonly #floor: Floor;
  readonly #budget = new FrameBudget(isDrawnByProcessor ? leanLimits : fullLimits);
  #wanted = true;
  #shadowsMs = Number.NEGATIVE_INFINITY;
  #startedMs = 0;
  #fence: WebGLSync | null = null;

  constructor(container: HTMLElement, canvas: HTMLCanvasElement) {
    this.#container = container;
    this.renderer = new WebGLRenderer({
      canvas,
      antialias: quality === 'full',
      powerPreference: 'high-performance',
    });
    this.renderer.toneMapping = ACESFilmicToneMapping;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.shadowMap.autoUpdate = quality === 'full';
    this.camera.up.set(0, 0, 1);
    this.camera.position.set(3.4, -3.6, 2.9);
    if (quality === 'full') this.#lightFromRoom();
    this.#floor = new Floor(quality === 'full' ? 8 : 2);
    this.scene.add(this.#floor.mesh, this.#hemisphere, this.#key, this.#key.target);
    this.#placeLights();
    this.#followTheme();
    new ResizeObserver(() => this.#resize()).observe(container);
    this.#resize();
    requestAnimationFrame(this.#tick);
  }

  /** Asks for one more frame. Cheap; call it whenever something moved. */
  invalidate(): void {
    this.#wanted = true;
  }

  get framesPerSecond(): number {
    return this.#budget.framesPerSecond;
  }

  /** Soft light from all around, as a room gives it; reflections of metals come from here. */
  #lightFromRoom(): void {
    const environment = new PMREMGenerator(this.renderer);
    this.scene.environment = environment.fromScene(new RoomEnvironment(), 0.04).texture;
    this.scene.environmentRotation.set(Math.PI / 2, 0, 0);
    environment.dispose();
  }

  #placeLights(): void {
    this.#hemisphere.position.set(0, 0, 1);
    this.#key.position.set(2.2, -3.2, 5.2);
    this.#key.target.position.set(0, 0.2, 0);
    this.#key.castShadow = true;
    this.#key.shadow.mapSize.set(shadowMapSize, shadowMapSize);
    this.#key.shadow.bias = -0.0006;
    this.#key.shadow.normalBias = 0.02;
    this.#key.shadow.radius = 3;
    const { camera } = this.#key.shadow;
    camera.left = camera.bottom = -3.4;
    camera.right = camera.top = 3.4;
    camera.near = 0.5;
    camera.far = 12;
  }

  #followTheme(): void {
    const query = matchMedia('(prefers-color-scheme: light)');
    const apply = () => this.#applyPalette(palettes[query.matches ? 'light' : 'dark']);
    query.addEventListener('change', apply);
    apply();
  }

  #applyPalette(palette: Palette): void {
    this.scene.background = new Color(palette.background);
    this.scene.fog = new Fog(palette.background, 8.5, 14);
    this.renderer.toneMappingExposure = palette.exposure;
    this.scene.environmentIntensity = palette.fill;
    this.#hemisphere.color.set(palette.sky);
    this.#hemisphere.groundColor.set(palette.ground);
    // Without the room's light the sky has to do more.
    this.#hemisphere.intensity = quality === 'full' ? palette.fill : palette.fill + 0.9;
    this.#key.intensity = palette.key;
    this.#floor.paint(palette.floor);
    this.invalidate();
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#container;
    if (width === 0 || height === 0) return;
    const limit = this.#budget.pixelRatioLimit;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, quality === 'full' ? Math.max(1, limit) : limit));
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.invalidate();
  }

  readonly #tick = (nowMs: number): void => {
    requestAnimationFrame(this.#tick);
    if (!this.#isDrawn(nowMs)) return;
    if (!this.#wanted || document.hidden || !this.#budget.mayDraw(nowMs)) return;
    this.#wanted = false;
    const elapsedS = Math.min(0.2, (nowMs - this.#startedMs) / 1000);
    this.#startedMs = nowMs;
    for (const callback of this.beforeDraw) callback(elapsedS);
    this.#updateShadows(nowMs);
    this.renderer.render(this.scene, this.camera);
    for (const callback of this.afterDraw) callback();
    const context = this.renderer.getContext() as WebGL2RenderingContext;
    this.#fence = context.fenceSync(context.SYNC_GPU_COMMANDS_COMPLETE, 0);
    context.flush();
  };

  /** Casting shadows costs as much as drawing; where a processor draws, they follow less often. */
  #updateShadows(nowMs: number): void {
    if (quality === 'full' || nowMs - this.#shadowsMs < leanShadowPeriodMs) return;
    this.#shadowsMs = nowMs;
    this.renderer.shadowMap.needsUpdate = true;
  }

  /** Tells whether the last frame is on screen; WebGL returns from `render` long before a processor has drawn it. */
  #isDrawn(nowMs: number): boolean {
    if (!this.#fence) return true;
    const context = this.renderer.getContext() as WebGL2RenderingContext;
    if (context.getSyncParameter(this.#fence, context.SYNC_STATUS) !== context.SIGNALED) return false;
    context.deleteSync(this.#fence);
    this.#fence = null;
    if (this.#budget.drew(nowMs, nowMs - this.#startedMs)) this.#resize();
    return true;
  }
}
