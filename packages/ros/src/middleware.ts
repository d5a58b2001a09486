import { ConfigurationError } from '@efferent/core/errors';
import { createInprocContext, type TransportContextOptions } from './context.ts';
import type { RosContext } from './port.ts';
import { isRosSourced } from './rclnodejs/ros-environment.ts';

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
 * @throws {@link ConfigurationError} code `unknown-middleware`, or `middleware-unavailable` when one that was asked for
 *   by name cannot be used
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
  let besideRos = '';
  if (wanted === 'rclnodejs' || (wanted === 'auto' && isRosSourced(environment))) {
    const { rclnodejsProblem } = await import('./rclnodejs/readiness.ts');
    const problem = rclnodejsProblem(environment);
    const ros = `ROS 2 ${environment.ROS_DISTRO} is sourced`;
    if (problem === undefined)
      return {
        middleware: 'rclnodejs',
        reason: wanted === 'auto' ? `${ros}, rclnodejs is prepared` : 'asked for',
      };
    if (wanted === 'rclnodejs') throw unavailable(wanted, problem);
    besideRos = `${ros}, but ${problem}; `;
  }
  const problem = await cycloneDdsProblem();
  if (wanted === 'cyclonedds') {
    if (problem !== undefined) throw unavailable(wanted, problem);
    return { middleware: 'cyclonedds', reason: 'asked for' };
  }
  if (problem === undefined) return { middleware: 'cyclonedds', reason: `${besideRos}Cyclone DDS is ready` };
  return { middleware: 'inproc', reason: `${besideRos}Cyclone DDS is not: ${problem}` };
}

/** Opens a context. @throws as {@link chooseMiddleware} */
export async function createContext(options: ContextOptions = {}): Promise<RosContext> {
  const { middleware } = await chooseMiddleware(options.middleware ?? 'auto', process.env);
  if (middleware === 'inproc') return createInprocContext(options);
  if (middleware === 'rclnodejs') {
    const { createRclContext } = await import('./rclnodejs/rcl-context.ts');
    return createRclContext(options);
  }
  const { createCycloneContext } = await import('./cyclonedds/cyclone-context.ts');
  return createCycloneContext(options);
}

async function cycloneDdsProblem(): Promise<string | undefined> {
  const { cycloneDdsProblem: problem } = await import('@efferent/cyclonedds');
  return problem();
}

function unavailable(middleware: string, reason: string): ConfigurationError {
  return new ConfigurationError({
    code: 'middleware-unavailable',
    message: `middleware ${middleware} cannot be used: ${reason}`,
    fields: { middleware },
  });
}
