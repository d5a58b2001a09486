import { Worker } from 'node:worker_threads';
import type { CameraReply, CameraRequest, CameraWorkerData } from './camera-worker.ts';
import type { HeadCamera } from './head-camera.ts';

/** From a picture's stamp to its arrival, ns: exposure, transfer and driver of a USB depth camera. */
const cameraLatencyNs = 30_000_000n;

/** One picture on its way: the stamp it was taken at and what to do with it. */
interface Pending {
  readonly stampNs: bigint;
  readonly onPicture: (picture: CameraReply, stampNs: bigint) => void;
}

/**
 * Draws pictures of the head camera beside the control loop.
 *
 * In real time a worker thread draws, so that a picture never delays a tick; in lockstep this thread draws the same pixels.
 * Both deliver after the camera's latency, in real time also later when drawing took longer.
 * While the worker is busy a new picture is skipped and counted.
 */
export class CameraPipeline {
  /** Pictures that were not drawn because the last one was still being drawn. */
  skipped = 0;
  /** Duration of the last drawing, ms. */
  renderMs = 0;
  readonly #camera: HeadCamera;
  readonly #worker: Worker | undefined;
  readonly #onFailure: (error: Error) => void;
  #pending: Pending | undefined;
  #drawn: CameraReply | undefined;

  constructor(
    camera: HeadCamera,
    worker: Omit<CameraWorkerData, 'noiseSeed'> | undefined,
    onFailure: (error: Error) => void,
  ) {
    this.#camera = camera;
    this.#onFailure = onFailure;
    if (worker === undefined) return;
    const workerData: CameraWorkerData = { ...worker, noiseSeed: camera.noiseSeed };
    this.#worker = new Worker(new URL('./camera-worker.ts', import.meta.url), { workerData });
    this.#worker.on('message', (reply: CameraReply) => {
      this.#drawn = reply;
    });
    this.#worker.on('error', (error: Error) => {
      this.#pending = undefined;
      this.#onFailure(error);
    });
  }

  /** Takes a picture of `poses` (see {@link HeadCamera.capturePoses}); it arrives in `onPicture`. */
  take(poses: Float64Array, withColor: boolean, stampNs: bigint, onPicture: Pending['onPicture']): void {
    if (this.#pending !== undefined) {
      this.skipped++;
      return;
    }
    const request: CameraRequest = { poses, withColor, noiseOffset: this.#camera.nextNoiseOffset() };
    this.#pending = { stampNs, onPicture };
    if (this.#worker !== undefined) {
      this.#worker.postMessage(request, [poses.buffer as ArrayBuffer]);
      return;
    }
    const { depthMm, instances, color } = this.#camera.renderer.render(
      request.poses,
      request.withColor,
      request.noiseOffset,
    );
    this.#drawn = { depthMm, instances, color, renderMs: 0 };
  }

  /** Delivers a picture that is drawn and whose latency has passed. */
  deliverDue(nowNs: bigint): void {
    if (this.#drawn === undefined || this.#pending === undefined) return;
    if (nowNs < this.#pending.stampNs + cameraLatencyNs) return;
    const drawn = this.#drawn;
    this.#drawn = undefined;
    this.#deliver(drawn);
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #deliver(reply: CameraReply): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (reply.renderMs > 0) this.renderMs = reply.renderMs;
    pending?.onPicture(reply, pending.stampNs);
  }
}
