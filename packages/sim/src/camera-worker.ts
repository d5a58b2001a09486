import { parentPort, workerData } from 'node:worker_threads';
import { loadRobotModel } from '@efferent/robot';
import { HeadCameraRenderer } from './head-camera.ts';
import { loadScene } from './scene-file.ts';

/** What the worker is started with. */
export interface CameraWorkerData {
  readonly workspaceFolders: readonly string[];
  readonly scene: string;
  readonly robot: string;
  readonly otherRobots: readonly string[];
  readonly noiseSeed: number;
}

export interface CameraRequest {
  readonly poses: Float64Array;
  readonly withColor: boolean;
  readonly noiseOffset: number;
}

/** A picture, and how long it took to draw, ms. */
export interface CameraReply {
  readonly depthMm: Uint16Array;
  readonly instances: Uint16Array;
  readonly color: Uint8Array | undefined;
  readonly renderMs: number;
}

if (parentPort !== null) {
  const port = parentPort;
  const { workspaceFolders, scene, robot, otherRobots, noiseSeed } = workerData as CameraWorkerData;
  const renderer = new HeadCameraRenderer(
    loadScene(workspaceFolders, scene),
    loadRobotModel(workspaceFolders, robot),
    noiseSeed,
    otherRobots.map((id) => loadRobotModel(workspaceFolders, id)),
  );
  port.on('message', ({ poses, withColor, noiseOffset }: CameraRequest) => {
    const startMs = performance.now();
    const { depthMm, instances, color } = renderer.render(poses, withColor, noiseOffset);
    const reply: CameraReply = { depthMm, instances, color, renderMs: performance.now() - startMs };
    const buffers = [depthMm, instances, ...(color === undefined ? [] : [color])].map(
      (array) => array.buffer as ArrayBuffer,
    );
    port.postMessage(reply, buffers);
  });
}
