import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ConfigurationError,
  nonEmptyList,
  nonEmptyString,
  object,
  parseWithSchema,
  parseYaml,
  positiveNumber,
} from '@efferent/core';

/** The part of `robots/<id>/robot.yaml` that says where pictures come from. */
const robotSchema = object({
  frames: object({ base: nonEmptyString }),
  cameras: nonEmptyList(object({ name: nonEmptyString, rate_hz: positiveNumber })),
});

/** Where a robot's pictures come from, and which of its frames stands upright. */
export interface RobotCamera {
  /** Name of the camera, below the robot's namespace. */
  readonly name: string;
  readonly rateHz: number;
  readonly baseFrame: string;
}

/**
 * Reads the first camera and the base frame of a robot in the first workspace folder that has it.
 *
 * @throws {@link ConfigurationError} code `unknown-robot` or `invalid-file`
 */
export function loadRobotCamera(workspaceFolders: readonly string[], robotId: string): RobotCamera {
  const files = workspaceFolders.map((folder) => join(folder, 'robots', robotId, 'robot.yaml'));
  const file = files.find((path) => existsSync(path));
  if (file === undefined)
    throw new ConfigurationError({
      code: 'unknown-robot',
      message: `there is no robot "${robotId}" whose camera could be looked up; looked for ${files.join(', ')}. Set robot, or camera and upright_frame`,
      fields: { robot: robotId, files },
    });
  const { frames, cameras } = parseWithSchema(robotSchema, parseYaml(readFileSync(file, 'utf8'), file), file);
  const [camera] = cameras as [(typeof cameras)[number]];
  return { name: camera.name, rateHz: camera.rate_hz, baseFrame: frames.base };
}
