import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { RobotLink } from './robot-link.ts';
import type { ToolPolicy } from './tool-policy.ts';

const answerTimeoutMs = 120_000;

/**
 * Finds out whether the person agrees to a motion. A simulated robot needs no consent; for a real one the client asks its
 * person, or, where it cannot, the call itself has to carry `confirm: true`.
 *
 * @returns undefined when it may be done, else why not
 */
export async function refusedMotion(
  server: McpServer,
  link: RobotLink,
  policy: ToolPolicy,
  motion: { readonly what: string; readonly confirm: boolean; readonly signal: AbortSignal },
): Promise<string | undefined> {
  if (link.isSimulated() && !policy.confirmAlways) return undefined;
  if (server.server.getClientCapabilities()?.elicitation === undefined)
    return motion.confirm
      ? undefined
      : `${link.robot} may be a real robot: ask the person, and call again with confirm: true when they agree.`;
  const answer = await server.server.elicitInput(
    {
      message: `Let the robot ${link.robot} move? It is to: ${motion.what}`,
      requestedSchema: {
        type: 'object',
        properties: { move: { type: 'boolean', title: 'Let it move', default: false } },
        required: ['move'],
      },
    },
    { signal: motion.signal, timeout: answerTimeoutMs },
  );
  const agreed = answer.action === 'accept' && answer.content?.move === true;
  return agreed ? undefined : 'The person did not agree; the robot does not move.';
}
