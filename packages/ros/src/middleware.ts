import { ConfigurationError, MiddlewareError } from '@efferent/core/errors';
import { createInprocContext, type TransportContextOptions } from './context.ts';
import type { RosContext } from './port.ts';

export type MiddlewareName = RosContext['middleware'];

export interface MiddlewareChoice {
  readonly middleware: MiddlewareName;
  /** Why it was taken, for people. */
  readonly reason: string;
}

export interface ContextOptions extends TransportContextOptions {
  /** `auto` takes the first that is ready: rclnodejs, cyclonedds, inproc. */
  readonly middleware?: MiddlewareName | 'auto';
}

const names: readonly string[] = ['rclnodejs', 'cyclonedds', 'inproc'];

/**
 * Decides which middleware to use.
 *
 * @param wanted - `rclnodejs`, `cyclonedds`, `inproc`, or `auto` for the first that is ready
 * @param environment - `ROS_DISTRO` and `AMENT_PREFIX_PATH` tell whether ROS 2 is sourced
 * @throws {@link ConfigurationError} code `unknown-middleware`
 * @throws {@link MiddlewareError} code `middleware-unavailable`, when a middleware that was asked for by name cannot be used
 */
export async function chooseMiddleware(
  wanted: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<MiddlewareChoice> {
  if (wanted !== 'auto' && !names.includes(wanted)) {
    throw new ConfigurationError({
      code: 'unknown-middleware',
      message: `no middleware is called "${wanted}"; known are auto, ${names.join(', ')}`,
      fields: { wanted },
    });
  }
  if (wanted === 'inproc') return { middleware: 'inproc', reason: 'asked for' };
  const rclProblem = 'the rclnodejs backend is not part of this version';
  if (wanted === 'rclnodejs') throw unavailable(wanted, rclProblem);
  const problem = await cycloneDdsProblem();
  if (wanted === 'cyclonedds') {
    if (problem !== undefined) throw unavailable(wanted, problem);
    return { middleware: 'cyclonedds', reason: 'asked for' };
  }
  const isSourced = environment.AMENT_PREFIX_PATH !== undefined && environment.ROS_DISTRO !== undefined;
  const besideRos = isSourced ? `ROS 2 ${environment.ROS_DISTRO} is sourced, but ${rclProblem}; ` : '';
  if (problem === undefined) return { middleware: 'cyclonedds', reason: `${besideRos}Cyclone DDS is ready` };
  return { middleware: 'inproc', reason: `${besideRos}Cyclone DDS is not: ${problem}` };
}

/** Opens a context. @throws as {@link chooseMiddleware} */
export async function createContext(options: ContextOptions = {}): Promise<RosContext> {
  const { middleware } = await chooseMiddleware(options.middleware ?? 'auto', process.env);
  if (middleware === 'inproc') return createInprocContext(options);
  const { createCycloneContext } = await import('./cyclonedds/cyclone-context.ts');
  return createCycloneContext(options);
}

async function cycloneDdsProblem(): Promise<string | undefined> {
  const { cycloneDdsProblem: problem } = await import('@efferent/cyclonedds');
  return problem();
}

function unavailable(middleware: string, reason: string): MiddlewareError {
  return new MiddlewareError({
    code: 'middleware-unavailable',
    message: `middleware ${middleware} cannot be used: ${reason}`,
    fields: { middleware },
  });
}
