import { ConfigurationError } from '@efferent/core';

export const toolNames = ['execute_task', 'execute_skill', 'observe', 'query_belief', 'stop'] as const;
export type ToolName = (typeof toolNames)[number];

/** What a server offers, as the person who starts it decided; no client can widen it. */
export interface ToolPolicy {
  readonly tools: ReadonlySet<ToolName>;
  /** Skills that `execute_skill` may run; undefined for all that the robot has. */
  readonly skills: ReadonlySet<string> | undefined;
  /** Camera pictures may be handed to the client. */
  readonly pictures: boolean;
  /** Every motion is confirmed, in simulation too. */
  readonly confirmAlways: boolean;
}

/**
 * Reads the options of the command; stopping is always allowed.
 *
 * @throws {@link ConfigurationError} for a tool that does not exist
 */
export function readPolicy(options: {
  readonly allow?: string;
  readonly skills?: string;
  readonly pictures?: boolean;
  readonly confirm?: boolean;
}): ToolPolicy {
  const wanted = options.allow === undefined ? [...toolNames] : namesIn(options.allow);
  const unknown = wanted.find((name) => !toolNames.some((known) => known === name));
  if (unknown !== undefined)
    throw new ConfigurationError({
      code: 'unknown-tool',
      message: `--allow: there is no tool "${unknown}"; there are: ${toolNames.join(', ')}`,
      fields: { tool: unknown },
    });
  return {
    tools: new Set([...(wanted as ToolName[]), 'stop']),
    skills: options.skills === undefined ? undefined : new Set(namesIn(options.skills)),
    pictures: options.pictures === true,
    confirmAlways: options.confirm === true,
  };
}

const namesIn = (list: string): readonly string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
