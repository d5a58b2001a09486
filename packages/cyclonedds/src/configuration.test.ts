import { describe, expect, it } from 'vitest';
import { cycloneConfiguration, domainIdFromEnvironment } from './configuration.ts';

describe('cycloneConfiguration', () => {
  it('stays on the loopback interface without any wish', () => {
    const xml = cycloneConfiguration({});
    expect(xml).toContain('<NetworkInterface name="lo" multicast="false"/>');
    expect(xml).toContain('<Peer address="127.0.0.1"/>');
    expect(xml).toContain('<MaxAutoParticipantIndex>32</MaxAutoParticipantIndex>');
  });

  it('leaves everything to a configuration of the user', () => {
    expect(cycloneConfiguration({ CYCLONEDDS_URI: 'file:///etc/cyclone.xml' })).toBe('');
  });

  it('widens to the subnet only when asked', () => {
    const xml = cycloneConfiguration({ ROS_AUTOMATIC_DISCOVERY_RANGE: 'SUBNET' });
    expect(xml).not.toContain('name="lo"');
    expect(xml).not.toContain('AllowMulticast>false');
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
