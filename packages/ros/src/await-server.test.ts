import { expect, test, vi } from 'vitest';
import { awaitServer } from './await-server.ts';
import type { Graph } from './transport.ts';

/** A graph of which only one service's foreign server is known, and a clock that a test winds. */
function setUp(server: { node: string; vendor: string } | undefined) {
  const listeners = new Set<() => void>();
  const state = { server, nowNs: 0n, alarms: [] as { atNs: bigint; ring: () => void }[] };
  const graph = {
    incompatibleServer: () => state.server,
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Graph;
  const steadyClock = {
    nowNs: () => state.nowNs,
    setAlarm: (atNs: bigint, ring: () => void) => {
      const alarm = { atNs, ring };
      state.alarms.push(alarm);
      return () => {
        state.alarms = state.alarms.filter((each) => each !== alarm);
      };
    },
  };
  const pass = (ms: number) => {
    state.nowNs += BigInt(ms) * 1_000_000n;
    const due = state.alarms.filter(({ atNs }) => atNs <= state.nowNs);
    state.alarms = state.alarms.filter(({ atNs }) => atNs > state.nowNs);
    for (const { ring } of due) ring();
  };
  const change = () => {
    for (const listener of [...listeners]) listener();
  };
  return { state, host: { graph, steadyClock }, pass, change, listeners };
}

const fast = { node: '/talker', vendor: 'eProsima Fast DDS' };

test('a service of another vendor alone is refused within 3 s, by name', () => {
  const { host, pass, listeners } = setUp(fast);
  const reject = vi.fn();
  awaitServer(host, ['/dock/_action/send_goal'], () => false, vi.fn(), reject);
  pass(999);
  expect(reject).not.toHaveBeenCalled();
  pass(1);
  expect(reject).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({
      code: 'server-incompatible',
      message: expect.stringMatching(/^\/dock is served by \/talker over eProsima Fast DDS/),
    }),
  );
  expect(listeners.size).toBe(0);
});

test('a node that has not said its name is given a little longer, and 3 s at most', () => {
  const { host, pass, state } = setUp({ ...fast, node: '' });
  const reject = vi.fn();
  awaitServer(host, ['/reset'], () => false, vi.fn(), reject);
  pass(1000);
  expect(reject).not.toHaveBeenCalled();
  state.server = fast;
  pass(300);
  expect(reject).toHaveBeenCalledWith(
    expect.objectContaining({ message: expect.stringContaining('/talker') }),
  );

  const nameless = setUp({ ...fast, node: '' });
  const late = vi.fn();
  awaitServer(nameless.host, ['/reset'], () => false, vi.fn(), late);
  nameless.pass(1000);
  for (let i = 0; i < 4; i++) nameless.pass(300);
  expect(late).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringContaining('no name') }));
});

test('a server that can be called is found also after one that cannot', () => {
  const { host, pass, change, state } = setUp(fast);
  const [found, reject] = [vi.fn(), vi.fn()];
  let isAvailable = false;
  awaitServer(host, ['/reset'], () => isAvailable, found, reject);
  pass(500);
  isAvailable = true;
  state.server = undefined;
  change();
  pass(5000);
  expect(found).toHaveBeenCalledOnce();
  expect(reject).not.toHaveBeenCalled();
});
