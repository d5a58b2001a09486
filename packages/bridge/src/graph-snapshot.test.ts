import { describe, expect, it } from 'vitest';
import { bundledDefinitions } from './definitions.ts';
import { ChannelTable, ServiceTable } from './graph-snapshot.ts';
import { NamePatterns } from './names.ts';

const topic = (name: string, ...types: string[]) => ({ name, types });

describe('ChannelTable', () => {
  it('adds a channel with its definition when a topic appears and removes it when the topic goes', () => {
    const table = new ChannelTable(bundledDefinitions);
    const { added } = table.update([topic('/stretch/joint_states', 'sensor_msgs/msg/JointState')]);
    expect(added).toMatchObject([
      { topic: '/stretch/joint_states', encoding: 'cdr', schemaEncoding: 'ros2msg' },
    ]);
    expect(added[0]?.schema).toMatch(/MSG: std_msgs\/Header/);
    expect(table.update([topic('/stretch/joint_states', 'sensor_msgs/msg/JointState')])).toEqual({
      added: [],
      removed: [],
    });
    expect(table.update([]).removed).toEqual([added[0]?.id]);
  });

  it('gives a new id when the type of a topic changes', () => {
    const table = new ChannelTable(bundledDefinitions);
    const first = table.update([topic('/a', 'std_msgs/msg/String')]).added[0];
    const next = table.update([topic('/a', 'std_msgs/msg/Bool')]);
    expect(next.removed).toEqual([first?.id]);
    expect(next.added[0]?.id).not.toBe(first?.id);
  });

  it('leaves out the judge’s side, hidden topics, unknown types and topics of two types', () => {
    const table = new ChannelTable(bundledDefinitions);
    const { added } = table.update([
      topic('/sim/episode', 'std_msgs/msg/String'),
      topic('/agent/execute_task/_action/status', 'action_msgs/msg/GoalStatusArray'),
      topic('/b', 'somewhere_msgs/msg/Unknown'),
      topic('/c', 'std_msgs/msg/String', 'std_msgs/msg/Bool'),
      topic('/simulation_report', 'std_msgs/msg/String'),
    ]);
    expect(added.map((channel) => channel.topic)).toEqual(['/simulation_report']);
  });

  it('keeps the bridge’s own channels when the graph changes', () => {
    const table = new ChannelTable(bundledDefinitions);
    table.addJson('/bridge/goals', 'X', {});
    expect(table.update([]).removed).toEqual([]);
    expect([...table.channels]).toHaveLength(1);
  });
});

describe('ServiceTable', () => {
  it('offers only services on its list, never the judge’s side', () => {
    const table = new ServiceTable(bundledDefinitions, new NamePatterns(['/agent/*', '/**']));
    const { added } = table.update([
      topic('/agent/pause', 'std_srvs/srv/SetBool'),
      topic('/sim/set_simulation_state', 'simulation_interfaces/srv/SetSimulationState'),
    ]);
    expect(added.map(({ name }) => name)).toEqual(['/agent/pause']);
    expect(added[0]?.request).toMatchObject({ encoding: 'cdr', schemaName: 'std_srvs/srv/SetBool_Request' });
  });
});

describe('NamePatterns', () => {
  it('matches one part with * and any number with **', () => {
    const patterns = new NamePatterns(['/scene/*', '/**/gate/human/*', '/clicked_point']);
    for (const name of ['/scene/reset', '/stretch/gate/human/cmd_vel', '/clicked_point']) {
      expect(patterns.matches(name), name).toBe(true);
    }
    for (const name of ['/scene/a/b', '/stretch/gate/agent/cmd_vel', '/clicked_points', '/stretch/cmd_vel']) {
      expect(patterns.matches(name), name).toBe(false);
    }
  });
});
