import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageTypes } from '@efferent/interfaces';
import { loadPriorMap } from '@efferent/robot';
import { createLockstep, type Lockstep, qosProfiles, type RosNode, type RunningNode } from '@efferent/ros';
import { decode } from 'fast-png';
import { afterEach, expect, test } from 'vitest';
import { agentNode } from './agent-node.ts';
import { type ChatRequest, MisbehavingServer } from './testing/misbehaving-server.ts';
import { SymbolicKitchen } from './testing/symbolic-kitchen-node.ts';

interface Run {
  readonly lockstep: Lockstep;
  readonly client: RosNode;
  readonly agent: RunningNode;
}

const runs: Run[] = [];
const servers: MisbehavingServer[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const run of runs.splice(0)) await stop(run);
  for (const server of servers.splice(0)) await server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const workspace = join(import.meta.dirname, '../../..');

async function settle<T>(lockstep: Lockstep, promise: Promise<T>): Promise<T> {
  let done = false;
  const settled = () => {
    done = true;
  };
  promise.then(settled, settled);
  expect(await lockstep.runUntil(() => done, lockstep.clock.nowNs() + 600_000_000_000n)).toBe(true);
  return promise;
}

async function stop({ lockstep, agent }: Run): Promise<void> {
  await settle(lockstep, agent.stop());
  await lockstep.shutdown();
}

async function start(parameters: Record<string, string | boolean>): Promise<Run> {
  const lockstep = createLockstep({ logSink: () => undefined });
  const kitchen = new SymbolicKitchen(
    await lockstep.context.createNode('kitchen'),
    loadPriorMap([workspace], 'kitchen'),
  );
  kitchen.add('apple', 'apple', [0.5, -0.6, 0.757]);
  const node = await lockstep.context.createNode('agent', {
    rosArguments: {
      remaps: new Map(),
      parameters: new Map(Object.entries({ model: 'openai-compatible', model_name: 'tiny', ...parameters })),
    },
  });
  const services = { jobs: lockstep.jobs, workspaceFolders: [workspace] };
  const agent = await settle(lockstep, agentNode.start(node, services));
  const client = await lockstep.context.createNode('client');
  const run = { lockstep, client, agent };
  runs.push(run);
  return run;
}

async function carryOut(run: Run, instruction: string, planner: string) {
  const action = run.client.createActionClient(
    'efferent_interfaces/action/ExecuteTask',
    '/agent/execute_task',
  );
  const handle = await settle(run.lockstep, action.sendGoal({ instruction, planner }, { timeoutMs: 5000 }));
  const { result } = await settle(run.lockstep, handle.getResult({ timeoutMs: 600_000 }));
  return result;
}

async function serve(answer: (request: ChatRequest) => object): Promise<MisbehavingServer> {
  const server = await MisbehavingServer.start((_index, request) => ({
    content: JSON.stringify(answer(request)),
    cachedTokens: 40,
    logProbabilities: [-0.25],
  }));
  servers.push(server);
  return server;
}

const openDrawer = {
  status: 'plan',
  message: '',
  goals: ['open(left-drawer)'],
  subGoals: [
    {
      id: 's1',
      robot: '/stretch',
      skill: 'open',
      arguments: [{ name: 'fixture', value: 'left-drawer' }],
      dependsOn: [],
    },
  ],
  references: [],
  complete: true,
  question: null,
};

test('what the model writes is published while it does, and what the call cost after it', async () => {
  const server = await serve(() => openDrawer);
  const run = await start({ model_url: server.url });
  const texts: MessageTypes['efferent_interfaces/msg/ModelText'][] = [];
  const calls: MessageTypes['efferent_interfaces/msg/ModelCall'][] = [];
  const { client } = run;
  const qos = qosProfiles.sensorData;
  client.createSubscription('efferent_interfaces/msg/ModelText', '/agent/model_text', { qos }, (message) => {
    texts.push(message);
  });
  client.createSubscription(
    'efferent_interfaces/msg/ModelCall',
    '/agent/model_calls',
    { qos: qosProfiles.default },
    (message) => {
      calls.push(message);
    },
  );
  expect(await carryOut(run, 'open the left drawer', 'open-loop')).toMatchObject({
    success: true,
    model_calls: 1,
  });
  expect(server.requests[0]!.stream).toBe(true);
  expect(texts[0]).toMatchObject({ task_id: 'task-1', purpose: 'decompose', model: 'tiny' });
  expect(JSON.stringify(openDrawer).startsWith(texts[0]!.text)).toBe(true);
  expect(calls).toMatchObject([
    {
      purpose: 'decompose',
      input_tokens: 100,
      cached_input_tokens: 40,
      attempts: 1,
      mean_log_probability: -0.25,
    },
  ]);
});

test('nothing is streamed that nobody hears', async () => {
  const server = await serve(() => openDrawer);
  const run = await start({ model_url: server.url });
  await carryOut(run, 'open the left drawer', 'hybrid');
  expect(server.requests[0]!.stream).not.toBe(true);
});

test('a task is carried out again from its recording, call by call, without the server', async () => {
  const server = await serve(() => openDrawer);
  const record = mkdtempSync(join(tmpdir(), 'efferent-agent-'));
  folders.push(record);
  const first = await carryOut(
    await start({ model_url: server.url, model_record: record }),
    'open the left drawer',
    'hybrid',
  );
  await server.close();
  servers.length = 0;
  const again = await carryOut(await start({ model_replay: record }), 'open the left drawer', 'hybrid');
  expect(again).toEqual(first);
  expect(again.success).toBe(true);
  const other = await carryOut(await start({ model_replay: record }), 'open the right drawer', 'hybrid');
  expect(other).toMatchObject({ success: false, outcome: 'model-error' });
  expect(other.message).toMatch(/open the right drawer.*recorded was.*open the left drawer/);
});

/** CLEA's answers: first the drawer is opened, then it is done. */
function clea(): (request: ChatRequest) => object {
  let isOpen = false;
  return (request) => {
    const fields = fieldsOf(request);
    if (fields.includes('spatial')) return { steps: [], spatial: '' };
    if (fields.includes('suitable')) return { suitable: true, reason: 'suitable', feedback: '' };
    if (!fields.includes('subGoal')) return { text: 'A kitchen.' };
    const { message, goals, question, subGoals } = openDrawer;
    const steps = subGoals.map(({ robot, skill, arguments: given }) => ({ robot, skill, arguments: given }));
    const answer = { message, subGoal: 'the drawer', goals, question };
    const actions = isOpen ? [] : steps;
    const status = isOpen ? 'done' : 'act';
    isOpen = true;
    return { ...answer, status, actions };
  };
}

const fieldsOf = ({ response_format: { json_schema } }: ChatRequest): readonly string[] =>
  Object.keys((json_schema.schema as { readonly properties: object }).properties);

const picturesIn = (server: MisbehavingServer) =>
  server.bodies.flatMap((body) =>
    [...body.matchAll(/data:image\/png;base64,([A-Za-z0-9+/=]+)/g)].map(([, data]) => data!),
  );

test.each([
  [{ model_sees: true, share_pictures: true }, true],
  [{ model_sees: true }, false],
  [{ share_pictures: true }, false],
  [{}, false],
])('with %j pictures of the camera go to observer and critic: %j', async (parameters, expected) => {
  const server = await serve(clea());
  const run = await start({ model_url: server.url, ...parameters });
  const camera = run.client.createPublisher(
    'sensor_msgs/msg/Image',
    '/stretch/head_camera/color/image_raw',
    qosProfiles.sensorData,
  );
  run.client.createTimer(100_000_000n, () =>
    camera.publish({ width: 2, height: 1, encoding: 'bgr8', step: 6, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }),
  );
  // The camera takes its first picture before the task begins.
  await settle(run.lockstep, run.client.sleep(1000));
  expect(await carryOut(run, 'open the left drawer', 'clea')).toMatchObject({ success: true });
  const pictures = picturesIn(server);
  expect(pictures.length > 0).toBe(expected);
  for (const data of pictures) {
    const { width, height, data: pixels } = decode(Buffer.from(data, 'base64'));
    expect({ width, height, pixels: [...pixels] }).toEqual({
      width: 2,
      height: 1,
      pixels: [3, 2, 1, 6, 5, 4],
    });
  }
  const asked = server.requests.filter(({ messages }) => JSON.stringify(messages).includes('image_url'));
  const seeing = asked.map((request) => fieldsOf(request)[0]);
  for (const field of seeing) expect(['text', 'suitable']).toContain(field);
});
