import { MiddlewareError } from '@efferent/core';
import { joinGraph, type TaskClient } from '@efferent/runtime';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { serveHttp } from './mcp/http-transport.ts';
import { type ClientSession, createSession } from './mcp/mcp-server.ts';
import { RobotLink } from './mcp/robot-link.ts';
import { readPolicy } from './mcp/tool-policy.ts';
import { type ModelOptions, modelArguments } from './model-options.ts';
import { runUntilSignal } from './signals.ts';
import { type SystemSessionOptions, startSystemSession } from './system-session.ts';
import { Terminal } from './terminal.ts';
import { startLaunchFile } from './workspace-defaults.ts';

interface McpOptions extends SystemSessionOptions, ModelOptions {
  readonly start?: boolean;
  readonly http?: boolean;
  readonly port: number;
  readonly allow?: string;
  readonly skills?: string;
  readonly pictures?: boolean;
  readonly confirm?: boolean;
}

/** `efferent mcp`: offers a robot to MCP clients. Standard output belongs to the protocol; all else goes to standard error. */
export async function runMcp(options: McpOptions): Promise<void> {
  const policy = readPolicy(options);
  const terminal = new Terminal(process.stderr);
  await runUntilSignal(async (signal) => {
    const system = await (options.start === true
      ? startOwn(options, terminal, signal)
      : joinRunning(options));
    try {
      const link = new RobotLink(system.client, policy.pictures);
      const open = () => createSession(link, policy);
      if (options.http !== true) return await serveStdio(open(), system.ended, signal);
      const server = await serveHttp(open, options.port);
      terminal.row('mcp', server.url);
      await Promise.race([system.ended, aborted(signal)]);
      await server.close();
    } finally {
      await system.stop();
    }
  });
}

/** What a robot may take to end the calls of a client that has gone, ms. */
const longestStopMs = 10_000;

interface Connected {
  readonly client: TaskClient;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const startOwn = (options: McpOptions, terminal: Terminal, signal: AbortSignal): Promise<Connected> =>
  startSystemSession(
    terminal,
    startLaunchFile(),
    options,
    {
      model: options.model,
      ...modelArguments(options),
      viewer: 'false',
      stop_port: String(options.port + 1),
    },
    signal,
  );

async function joinRunning(options: McpOptions): Promise<Connected> {
  const graph = await joinGraph({ middleware: options.middleware, robot: options.robot });
  if (await graph.client.waitUntilReady(5000))
    return { client: graph.client, ended: new Promise(() => undefined), stop: () => graph.close() };
  await graph.close();
  throw new MiddlewareError({
    code: 'no-agent',
    message: `no agent answers on ${graph.description}; start one with "npm start", or give --start --scene kitchen`,
  });
}

/** Serves the one client of standard input and output, until it hangs up; its calls end then, and the robot stops. */
async function serveStdio(session: ClientSession, ended: Promise<void>, signal: AbortSignal): Promise<void> {
  const transport = new StdioServerTransport();
  const gone = new Promise<void>((resolve) => {
    session.server.server.onclose = resolve;
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
  });
  await session.server.connect(transport);
  await Promise.race([gone, ended, aborted(signal)]);
  session.end();
  await Promise.race([session.idle(), aborted(AbortSignal.timeout(longestStopMs))]);
  await transport.close();
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
