import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { cycloneConfiguration, domainIdFromEnvironment, receiveBufferLimit } from './configuration.ts';

describe('cycloneConfiguration', () => {
  const loopback = { lo: [address('127.0.0.1', true)] };

  it('stays on this machine without any wish', () => {
    const xml = cycloneConfiguration({}, loopback);
    expect(xml).toContain('<Interfaces><NetworkInterface name="lo" multicast="false"/></Interfaces>');
    expect(xml).toContain('<AllowMulticast>false</AllowMulticast>');
    expect(xml).toContain('<Peer address="127.0.0.1"/>');
    expect(xml).toContain('<MaxAutoParticipantIndex>32</MaxAutoParticipantIndex>');
  });

  it('sends packets of 64 kB where all peers are on this machine, and never demands a least receive buffer', () => {
    const xml = cycloneConfiguration({}, loopback);
    expect(xml).toContain('<MaxMessageSize>65500B</MaxMessageSize><FragmentSize>65000B</FragmentSize>');
    expect(cycloneConfiguration({ ROS_AUTOMATIC_DISCOVERY_RANGE: 'SUBNET' }, loopback)).not.toContain(
      'FragmentSize',
    );
    expect(xml.includes('<SocketReceiveBufferSize max="4194304B"/>')).toBe(receiveBufferLimit() >= 4_194_304);
    expect(xml).not.toContain('min=');
  });

  it('is also reached over the main network interface where ROS 2 is sourced, whose processes use it', () => {
    const interfaces = { ...loopback, eth0: [address('192.0.2.7', false)] };
    expect(cycloneConfiguration({}, interfaces)).toContain('name="lo" multicast="false"/></Interfaces>');
    const xml = cycloneConfiguration({ ROS_DISTRO: 'jazzy' }, interfaces);
    expect(xml).toContain(
      '<NetworkInterface name="lo" multicast="false"/><NetworkInterface autodetermine="true" multicast="false"/>',
    );
    expect(xml).toContain('<AllowMulticast>false</AllowMulticast>');
  });

  it("puts its defaults before the user's own configuration and chooses no interface beside it", () => {
    const xml = cycloneConfiguration({ CYCLONEDDS_URI: 'file:///etc/cyclone.xml' }, loopback);
    expect(xml).toMatch(/<\/CycloneDDS>,file:\/\/\/etc\/cyclone.xml$/);
    expect(xml).toContain('<ParticipantIndex>auto</ParticipantIndex>');
    expect(xml).not.toContain('Interface name');
    expect(xml).not.toContain('AllowMulticast');
  });

  it('finds nobody when discovery is off', () => {
    const xml = cycloneConfiguration({ ROS_AUTOMATIC_DISCOVERY_RANGE: 'OFF', ROS_STATIC_PEERS: '192.0.2.1' });
    expect(xml).toContain('<Tag>ros_discovery_off_');
    expect(xml).not.toContain('Peer');
  });

  it('widens to the subnet only when asked', () => {
    const xml = cycloneConfiguration({ ROS_AUTOMATIC_DISCOVERY_RANGE: 'SUBNET' });
    expect(xml).not.toContain('name="lo"');
    expect(xml).not.toContain('AllowMulticast>false');
  });

  it('gives silent peers up sooner on one machine than across machines', () => {
    expect(cycloneConfiguration({})).toContain('<LeaseDuration>3s<');
    for (const environment of [
      { ROS_AUTOMATIC_DISCOVERY_RANGE: 'SUBNET' },
      { ROS_STATIC_PEERS: '192.0.2.1' },
    ])
      expect(cycloneConfiguration(environment)).toContain('<LeaseDuration>10s<');
  });

  it('adds static peers and escapes them', () => {
    const xml = cycloneConfiguration({ ROS_STATIC_PEERS: '192.0.2.1;a"b' });
    expect(xml).toContain('<Peer address="192.0.2.1"/><Peer address="a&quot;b"/>');
  });

  it('refuses a range it does not know by name', () => {
    expect(() => cycloneConfiguration({ ROS_AUTOMATIC_DISCOVERY_RANGE: 'PLANET' })).toThrow(
      /ROS_AUTOMATIC_DISCOVERY_RANGE is "PLANET"/,
    );
  });
});

describe('domainIdFromEnvironment', () => {
  it('reads the id and defaults to 0', () => {
    expect(domainIdFromEnvironment({})).toBe(0);
    expect(domainIdFromEnvironment({ ROS_DOMAIN_ID: '42' })).toBe(42);
  });

  it.each(['-1', '233', '1.5', 'seven'])('refuses %s by name', (text) => {
    expect(() => domainIdFromEnvironment({ ROS_DOMAIN_ID: text })).toThrow(/ROS_DOMAIN_ID/);
  });
});

function address(ip: string, internal: boolean): NetworkInterfaceInfo {
  return { address: ip, netmask: '255.255.255.0', family: 'IPv4', mac: '', internal, cidr: null };
}
