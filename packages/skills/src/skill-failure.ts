import { EfferentError } from '@efferent/core';

/** Ends a skill with one of its contract's failure codes. The message carries the figures. */
export class SkillFailure extends EfferentError {
  constructor(code: string, message: string, cause?: unknown) {
    super('planner', { code, message, cause });
  }

  static override isInstance(value: unknown): value is SkillFailure {
    return value instanceof SkillFailure;
  }
}

/** The base did not get there: `blocked` for whoever can try something else. */
export class DriveFailure extends SkillFailure {
  /** What the navigation server's error number means by itself. */
  readonly serverCode: string;

  constructor(serverCode: string, message: string) {
    super('blocked', message);
    this.serverCode = serverCode;
  }
}

/** After these the robot stands still and nothing more is sent to it. */
const endings = ['cancelled', 'time-out', 'stopped'];

/** Tells whether a failure has ended the skill, so that nothing is tidied up after it. */
export const isEnding = (error: unknown): boolean =>
  SkillFailure.isInstance(error) && endings.includes(error.code);
