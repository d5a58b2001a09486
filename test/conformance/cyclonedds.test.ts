import {
  CycloneParticipant,
  cycloneConfiguration,
  cycloneDdsProblem,
  domainIdFromEnvironment,
} from '@efferent/cyclonedds';
import { createContext, type LogRecord } from '@efferent/ros';
import { describe, expect, test } from 'vitest';
import { openInOneProcess, openWithPeerProcess } from './dds-harness.ts';
import { realTimeWaits } from './harness.ts';
import { describeLeaving } from './leaving.suite.ts';
import { describeRosPort } from './ros-port.suite.ts';

const problem = cycloneDdsProblem();

if (problem !== undefined) {
  test('cyclonedds passes the suite', (context) => context.skip(problem));
} else {
  describeRosPort('cyclonedds in one process', () => openInOneProcess('cyclonedds'));
  describeRosPort('cyclonedds across two processes', () => openWithPeerProcess('cyclonedds'));
  describeLeaving('cyclonedds');
  describe('cyclonedds on the wire', describeWire);
}

function describeWire(): void {
  test('a message that does not decode is dropped, counted and logged with topic and reason; the next one is heard', async () => {
    const logged: LogRecord[] = [];
    const context = await createContext({
      middleware: 'cyclonedds',
      logSink: (record) => logged.push(record),
    });
    const node = await context.createNode('victim');
    const heard: string[] = [];
    const subscription = node.createSubscription('std_msgs/msg/String', 'words', {}, ({ data }) =>
      heard.push(data),
    );
    const stranger = new CycloneParticipant(
      domainIdFromEnvironment(process.env),
      cycloneConfiguration(process.env),
      '',
    );
    const writer = stranger.createWriter({
      topic: 'rt/words',
      type: 'std_msgs::msg::dds_::String_',
      reliable: true,
      transientLocal: false,
      keepAll: true,
      depth: 0,
      userData: '',
    });
    await realTimeWaits.until(() => subscription.publisherCount === 1, 'the stranger');
    writer.write(new Uint8Array([0, 1, 0, 0, 0xff, 0xff, 0xff, 0x7f]));
    writer.write(new Uint8Array([0, 1, 0, 0]));
    writer.write(new Uint8Array([0, 1, 0, 0, 3, 0, 0, 0, 0x68, 0x69, 0]));
    await realTimeWaits.until(() => heard.length > 0, 'the good message');
    expect(heard).toEqual(['hi']);
    expect(subscription.undecodable).toBe(2);
    const record = logged.find(({ event }) => event === 'message-undecodable');
    expect(record?.fields).toMatchObject({ topic: '/words', count: 1 });
    expect(record?.fields.reason).toMatch(/std_msgs\/msg\/String/);
    stranger.close();
    await context.shutdown();
  });

  test('names, type names, type hashes and service ids are those of ROS 2', async () => {
    const context = await createContext({ middleware: 'cyclonedds', logSink: () => undefined });
    const node = await context.createNode('named', { namespace: '/ns' });
    node.createPublisher('std_msgs/msg/String', 'chatter');
    node.createService('example_interfaces/srv/AddTwoInts', 'add', ({ a, b }) => ({ sum: a + b }));
    const observer = new CycloneParticipant(
      domainIdFromEnvironment(process.env),
      cycloneConfiguration(process.env),
      '',
    );
    observer.watchGraph(() => undefined);
    const find = (side: 'publications' | 'subscriptions', topic: string) =>
      observer.discovered(side).find((endpoint) => endpoint.topic === topic);
    await realTimeWaits.until(() => find('publications', 'rr/ns/addReply') !== undefined, 'discovery');
    await realTimeWaits.until(() => find('subscriptions', 'rq/ns/addRequest') !== undefined, 'discovery');
    expect(find('publications', 'rt/ns/chatter')).toMatchObject({
      type: 'std_msgs::msg::dds_::String_',
      userData: 'typehash=RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18;',
    });
    const request = find('subscriptions', 'rq/ns/addRequest');
    expect(request?.type).toBe('example_interfaces::srv::dds_::AddTwoInts_Request_');
    expect(request?.userData).toMatch(
      /^serviceid=[ 0-9a-f][0-9a-f](\.[0-9a-f]{1,2}){15};typehash=RIHS01_e118de6bf5eeb66a2491b5bda11202e7b68f198d6f67922cf30364858239c81a;$/,
    );
    const reply = find('publications', 'rr/ns/addReply');
    expect(reply?.type).toBe('example_interfaces::srv::dds_::AddTwoInts_Response_');
    expect(reply?.userData).toBe(request?.userData);
    const info = {
      type: 'rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_',
      reliable: true,
      transientLocal: true,
      userData: 'typehash=RIHS01_91a0593bacdcc50ea9bdcf849a938b128412cc1ea821245c663bcd26f83c295e;',
    };
    expect(find('publications', 'ros_discovery_info')).toMatchObject({ ...info, depth: 1 });
    expect(find('subscriptions', 'ros_discovery_info')).toMatchObject({ ...info, keepAll: true });
    observer.close();
    await context.shutdown();
  });
}
