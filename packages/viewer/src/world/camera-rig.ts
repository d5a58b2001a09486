import { MathUtils, type PerspectiveCamera, Vector3 } from 'three';
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js';
import type { FrameTree } from '../model/frame-tree.ts';

/** `orbit`: the person moves the view; `follow`: the same, moving along with the robot; `eye`: what the robot sees. */
export type ViewMode = 'orbit' | 'follow' | 'eye';

const defaultFovDeg = 38;
const home = { position: [-3.3, -3.7, 3.2], target: [0.1, 0.2, 0.5] } as const;

/** Moves the camera of the stage. */
export class CameraRig {
  readonly controls: OrbitControls;
  readonly #camera: PerspectiveCamera;
  readonly #frames: FrameTree;
  readonly #base = new Vector3();
  readonly #lastBase = new Vector3();
  #mode: ViewMode = 'orbit';
  #eyeFovDeg = 55;
  #hasLastBase = false;

  constructor(camera: PerspectiveCamera, canvas: HTMLElement, frames: FrameTree) {
    this.#camera = camera;
    this.#frames = frames;
    this.controls = new OrbitControls(camera, canvas);
    this.controls.enableDamping = true;
    this.controls.dampingFactor = 0.12;
    this.controls.maxPolarAngle = Math.PI / 2 - 0.02;
    this.controls.minDistance = 0.4;
    this.controls.maxDistance = 12;
    this.home();
  }

  get mode(): ViewMode {
    return this.#mode;
  }

  setMode(mode: ViewMode): void {
    const wasEye = this.#mode === 'eye';
    this.#mode = mode;
    this.#hasLastBase = false;
    this.controls.enabled = mode !== 'eye';
    if (mode === 'eye' || !wasEye) return;
    this.#camera.fov = defaultFovDeg;
    this.#camera.up.set(0, 0, 1);
    this.#camera.updateProjectionMatrix();
    this.home();
  }

  /** Puts the view back where it starts. */
  home(): void {
    // A narrow picture steps back, so that the room still fits.
    const stretch = Math.max(1, 1.45 / Math.max(0.6, this.#camera.aspect));
    this.controls.target.set(...home.target);
    this.#camera.position
      .set(...home.position)
      .sub(this.controls.target)
      .multiplyScalar(stretch)
      .add(this.controls.target);
    this.controls.update();
  }

  /** Takes the real camera's field of view from its calibration. @param focalPx - focal length along y, pixels */
  setEyeCalibration(heightPx: number, focalPx: number): void {
    if (focalPx > 0) this.#eyeFovDeg = MathUtils.radToDeg(2 * Math.atan(heightPx / (2 * focalPx)));
  }

  /** Moves the camera for this frame. @param cameraFrame - the robot's optical frame: z forward, x right, y down */
  update(baseFrame: string, cameraFrame: string): void {
    if (this.#mode === 'eye') this.#lookThrough(cameraFrame);
    else {
      if (this.#mode === 'follow') this.#followBase(baseFrame);
      this.controls.update();
    }
  }

  #lookThrough(cameraFrame: string): void {
    const mapFromCamera = this.#frames.rootFrom('map', cameraFrame);
    if (!mapFromCamera) return;
    this.#camera.position.set(...mapFromCamera.translation);
    const down = mapFromCamera.apply([0, 1, 0]);
    const [x, y, z] = mapFromCamera.translation;
    this.#camera.up.set(x - down[0], y - down[1], z - down[2]);
    this.#camera.lookAt(...mapFromCamera.apply([0, 0, 1]));
    if (Math.abs(this.#camera.fov - this.#eyeFovDeg) > 0.1) {
      this.#camera.fov = this.#eyeFovDeg;
      this.#camera.updateProjectionMatrix();
    }
  }

  #followBase(baseFrame: string): void {
    const mapFromBase = this.#frames.rootFrom('map', baseFrame);
    if (!mapFromBase) return;
    this.#base.set(mapFromBase.translation[0], mapFromBase.translation[1], 0.6);
    if (!this.#hasLastBase) this.#lastBase.copy(this.controls.target);
    this.#hasLastBase = true;
    const step = this.#base.clone().sub(this.#lastBase).multiplyScalar(0.15);
    this.controls.target.add(step);
    this.#camera.position.add(step);
    this.#lastBase.add(step);
  }
}
