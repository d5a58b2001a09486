import { secondsToNs } from '@efferent/core';
import { createLockstep, type Lockstep, type RosNode } from '@efferent/ros';
import { loadNodeModule, repositoryFolder } from '@efferent/runtime';
import { parseEpisodeReport } from '@efferent/sim';
import { afterEach, expect, test } from 'vitest';

const robotNodes = [
  'state-publisher',
  'controllers',
  'localisation',
  'navigation',
  'detector',
  'policy',
  'skills',
] as const;

/** The robot's side of the kitchen without an agent, in lockstep: skills are called as an agent calls them. */
class SkillGraph {
  readonly #lockstep: Lockstep;
  #node: RosNode | undefined;
  #report = '';

  constructor(seed: number) {
    this.#lockstep = createLockstep({ seed, logSink: () => undefined });
  }

  async start(seed: number): Promise<void> {
    const common = { robot: 'stretch', scene: 'kitchen', seed };
    await this.#startNode('sim', '/', common);
    await this.#startNode('gate', '/stretch', {
      robot: 'stretch',
      scene: 'kitchen',
      require_stop_heartbeat: false,
    });
    for (const name of robotNodes) await this.#startNode(name, '/stretch', common);
    this.#node = await this.settle(this.#lockstep.context.createNode('tester'));
    this.#node.createSubscription(
      'std_msgs/msg/String',
      '/sim/episode',
      { qos: { history: 'keep-last', depth: 1, reliability: 'reliable', durability: 'transient-local' } },
      ({ data }) => {
        this.#report = data;
      },
    );
    await this.#lockstep.advanceTo(this.#lockstep.clock.nowNs() + secondsToNs(3));
  }

  async #startNode(
    name: string,
    namespace: string,
    parameters: Readonly<Record<string, string | number | boolean>>,
  ): Promise<void> {
    const module = await loadNodeModule(name);
    const rosArguments = {
      remaps: new Map<string, string>(),
      parameters: new Map(Object.entries(parameters)),
    };
    const node = await this.settle(
      this.#lockstep.context.createNode(module.name, { namespace, rosArguments }),
    );
    await this.settle(
      module.start(node, { jobs: this.#lockstep.jobs, workspaceFolders: [repositoryFolder] }),
    );
  }

  async settle<T>(promise: Promise<T>, limitS = 200): Promise<T> {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    promise.then(settled, settled);
    const limitNs = this.#lockstep.clock.nowNs() + secondsToNs(limitS);
    if (!(await this.#lockstep.runUntil(() => isSettled, limitNs)))
      throw new Error(`nothing came of it within ${limitS} s of virtual time`);
    return promise;
  }

  /** Calls a skill with things by id; their poses are what a careful observer would believe. */
  async execute(skill: string, values: Readonly<Record<string, string>>) {
    const node = this.#node!;
    const states = node.createClient(
      'simulation_interfaces/srv/GetEntitiesStates',
      '/sim/get_entities_states',
    );
    const { entities, states: found } = await this.settle(states.sendRequestAsync({}, { timeoutMs: 2000 }));
    const client = node.createActionClient(
      'efferent_interfaces/action/ExecuteSkill',
      '/stretch/execute_skill',
    );
    const goal = await this.settle(
      client.sendGoal(
        {
          skill,
          arguments: Object.entries(values).map(([name, value]) => {
            const position = found[entities.indexOf(value)]?.pose.position;
            if (position === undefined) return { name, value };
            const believed = { x: position.x + 0.02, y: position.y - 0.02, z: position.z + 0.03 };
            return {
              name,
              value,
              object_class: value,
              pose: { header: { frame_id: 'map' }, pose: { position: believed, orientation: { w: 1 } } },
              size: { x: 0.08, y: 0.08, z: 0.08 },
            };
          }),
        },
        { timeoutMs: 5000 },
      ),
    );
    return (await this.settle(goal.getResult({ timeoutMs: 190_000 }))).result;
  }

  /** What the judge knows. */
  get truth() {
    return parseEpisodeReport(this.#report);
  }

  stop(): Promise<void> {
    return this.settle(this.#lockstep.shutdown());
  }
}

let graph: SkillGraph | undefined;
afterEach(async () => {
  await graph?.stop();
  graph = undefined;
});

async function kitchen(seed: number): Promise<SkillGraph> {
  graph = new SkillGraph(seed);
  await graph.start(seed);
  return graph;
}

test('an apple is picked from the table and put into the bowl, and the simulator agrees at each step', {
  timeout: 240_000,
}, async () => {
  const robot = await kitchen(1);
  const picked = await robot.execute('pick', { object: 'apple' });
  expect(picked).toMatchObject({ success: true, failure_code: '' });
  expect(robot.truth?.held).toEqual(['apple']);
  const placed = await robot.execute('place-in', { object: 'apple', container: 'bowl' });
  expect(placed).toMatchObject({ success: true, failure_code: '' });
  expect(robot.truth?.held).toEqual([]);
});

test('a drawer is pulled open and pushed shut', { timeout: 240_000 }, async () => {
  const robot = await kitchen(2);
  expect(await robot.execute('open', { fixture: 'left-drawer' })).toMatchObject({ success: true });
  expect(robot.truth?.articulations['left-drawer']).toBeGreaterThan(0.2);
  expect(await robot.execute('close', { fixture: 'left-drawer' })).toMatchObject({ success: true });
  expect(robot.truth?.articulations['left-drawer']).toBeLessThan(0.03);
});

test('what cannot be done ends with a code of the contract and a message with the reason', {
  timeout: 120_000,
}, async () => {
  const robot = await kitchen(3);
  expect(await robot.execute('fly', {})).toMatchObject({
    success: false,
    failure_code: 'invalid-argument',
    message: expect.stringContaining('it has navigate'),
  });
  expect(await robot.execute('pick', {})).toMatchObject({
    success: false,
    failure_code: 'invalid-argument',
    message: expect.stringContaining('"object"'),
  });
  expect(await robot.execute('place-on', { object: 'apple', surface: 'table' })).toMatchObject({
    success: false,
    failure_code: 'hand-empty',
  });
  expect(await robot.execute('open', { fixture: 'window' })).toMatchObject({
    success: false,
    failure_code: 'invalid-argument',
    message: expect.stringContaining('left-drawer'),
  });
});
