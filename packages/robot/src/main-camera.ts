import { ConfigurationError } from '@efferent/core';
import type { RobotModel } from './robot-model.ts';

/**
 * Returns the camera that perception, skills and agent use: the first of `robot.yaml`.
 *
 * @throws {@link ConfigurationError} code `no-camera`
 */
export function mainCameraOf({ id, manifest }: RobotModel): RobotModel['manifest']['cameras'][number] {
  const [camera] = manifest.cameras;
  if (camera !== undefined) return camera;
  throw new ConfigurationError({
    code: 'no-camera',
    message: `robots/${id}/robot.yaml: cameras: is empty, expected the camera that looks ahead of the robot`,
    fields: { robot: id, field: 'cameras' },
  });
}
