import { parseRosArguments } from '@efferent/ros';
import { describe, expect, test } from 'vitest';
import { type Probe, second } from './probe.ts';

/** Parameters: overrides, descriptions, refusals and announcements. */
export function describeParameters(probe: Probe): void {
  describe('parameters', () => {
    test('overrides of the command line win over defaults, also through a parameter file and namespaces', async () => {
      const { rosArguments } = parseRosArguments([
        '--ros-args',
        '-r',
        '__node:=tuned',
        '-r',
        '__ns:=/lab/arm',
        '-p',
        'speed:=0.25',
        '-p',
        'names:=[a, b]',
        '--params-file',
        new URL('fixtures/tuned.yaml', import.meta.url).pathname,
      ]);
      const tuned = await probe.harness.settle(probe.harness.context.createNode('untuned', { rosArguments }));
      expect([tuned.name, tuned.namespace]).toEqual(['tuned', '/lab/arm']);
      expect(tuned.declareParameter('speed', 1, { description: 'from -p' })).toBe(0.25);
      expect(tuned.declareParameter('names', ['x'], { description: 'from -p' })).toEqual(['a', 'b']);
      expect(tuned.declareParameter('limits.force', 0, { description: 'from the file, nested' })).toBe(12.5);
      expect(tuned.declareParameter('everywhere', false, { description: 'from a wildcard' })).toBe(true);
      expect(() =>
        tuned.declareParameter('mode', 'slow', { description: 'wrong type in the file' }),
      ).toThrowError(/tuned\.yaml:\d+: \/lab\/arm\/tuned: parameter "mode" must be a string, got 3/);
      await probe.harness.settle(tuned.destroy());
    });

    test('another node reads, describes and lists them', async () => {
      const get = probe.node.createClient('rcl_interfaces/srv/GetParameters', 'peer/get_parameters');
      const { values } = await probe.harness.settle(
        get.sendRequestAsync({ names: ['gain', 'count', 'joints', 'none'] }, second),
      );
      expect(values.map(({ type }) => type)).toEqual([3, 2, 9, 0]);
      expect(values[0]!.double_value).toBe(1.5);
      expect(values[1]!.integer_value).toBe(3n);
      expect(values[2]!.string_array_value).toEqual(['lift', 'wrist']);
      const describe = probe.node.createClient(
        'rcl_interfaces/srv/DescribeParameters',
        'peer/describe_parameters',
      );
      const { descriptors } = await probe.harness.settle(
        describe.sendRequestAsync({ names: ['gain', 'level', 'robot', 'count'] }, second),
      );
      expect(descriptors).toMatchObject([
        { name: 'gain', type: 3, floating_point_range: [{ from_value: 0, to_value: 10, step: 0 }] },
        {
          name: 'level',
          description: 'a number in steps',
          additional_constraints: 'quarters only',
          read_only: false,
          dynamic_typing: false,
          floating_point_range: [{ from_value: 0, to_value: 1, step: 0.25 }],
        },
        { name: 'robot', type: 4, read_only: true, floating_point_range: [] },
        { name: 'count', type: 2, integer_range: [] },
      ]);
      const list = probe.node.createClient('rcl_interfaces/srv/ListParameters', 'peer/list_parameters');
      const { result } = await probe.harness.settle(list.sendRequestAsync({}, second));
      expect(result.names).toEqual([
        'use_sim_time',
        'start_type_description_service',
        'gain',
        'count',
        'robot',
        'joints',
        'level',
      ]);
    });

    test('a set that breaks a range, a type, a callback or read-only is refused with the reason; a good one is announced', async () => {
      const changed: string[] = [];
      probe.node.createSubscription('rcl_interfaces/msg/ParameterEvent', '/parameter_events', {}, (event) => {
        if (event.node === '/lab/peer') for (const { name } of event.changed_parameters) changed.push(name);
      });
      await probe.meet('/parameter_events', 'peer');
      const set = probe.node.createClient('rcl_interfaces/srv/SetParameters', 'peer/set_parameters');
      const parameters = [
        { name: 'gain', value: { type: 3, double_value: 11 } },
        { name: 'gain', value: { type: 4, string_value: 'much' } },
        { name: 'gain', value: { type: 3, double_value: 7 } },
        { name: 'robot', value: { type: 4, string_value: 'other' } },
        { name: 'nobody', value: { type: 1, bool_value: true } },
        { name: 'gain', value: { type: 2, integer_value: 3n } },
        { name: 'count', value: { type: 3, double_value: 3 } },
        { name: 'level', value: { type: 3, double_value: 0.3 } },
        { name: 'gain', value: { type: 3, double_value: 2.5 } },
      ];
      const { results } = await probe.harness.settle(set.sendRequestAsync({ parameters }, second));
      expect(results.map(({ reason }) => reason)).toEqual([
        'parameter "gain" must be in [0, 10], got 11',
        'parameter "gain" must be a number, got "much"',
        'seven is taken',
        'parameter "robot" is read-only',
        'parameter "nobody" is not declared',
        'parameter "gain" must be a number, got an integer; write 3.0',
        'parameter "count" must be an integer, got a number; write 3',
        'parameter "level" must be in [0, 1] in steps of 0.25, got 0.3',
        '',
      ]);
      await probe.harness.until(() => changed.length > 0, 'the parameter event');
      expect(changed).toEqual(['gain']);
    });

    test('a value that was set is in force: the node hears of it', async () => {
      const heard: number[] = [];
      probe.node.createSubscription('std_msgs/msg/Float64', 'applied_level', {}, ({ data }) =>
        heard.push(data),
      );
      await probe.meet('/lab/applied_level');
      const parameters = [{ name: 'level', value: { type: 3, double_value: 0.75 } }];
      const { result } = await probe.call(
        'rcl_interfaces/srv/SetParametersAtomically',
        'peer/set_parameters_atomically',
        { parameters },
      );
      expect(result).toEqual({ successful: true, reason: '' });
      await probe.harness.until(() => heard.length > 0, 'the level');
      expect(heard).toEqual([0.75]);
    });
  });
}
