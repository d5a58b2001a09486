import { describe, expect, it } from 'vitest';
import { runEfferent } from '../support/command.ts';

interface Report {
  readonly canRun: boolean;
  readonly middleware: string | null;
  readonly findings: readonly {
    readonly part: string;
    readonly state: string;
    readonly text: string;
    readonly fix?: string;
  }[];
}

async function examine(environment: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const { stdout, exitCode } = await runEfferent(['doctor', '--json', ...words], environment);
  return { exitCode, report: JSON.parse(stdout) as Report };
}

describe('efferent doctor', () => {
  it('says something of every part, and what would be used', async () => {
    const { exitCode, report } = await examine({}, '--middleware', 'inproc');
    expect(report).toMatchObject({ canRun: true, middleware: 'inproc' });
    expect(exitCode).toBe(0);
    const parts = [
      'middleware',
      'node',
      'pnpm',
      'cyclone dds',
      'native addon',
      'ros 2',
      'domain id',
      'interfaces',
    ];
    const machine = [
      'participants',
      'socket buffers',
      'real-time priority',
      'viewer',
      'chromium',
      'gpu',
      'disk',
    ];
    expect(report.findings.map(({ part }) => part)).toEqual(expect.arrayContaining([...parts, ...machine]));
    for (const { part, state, fix } of report.findings)
      if (state !== 'ok' && state !== 'note') expect(fix, part).toBeTruthy();
  });

  it('ends with 2 when the domain is none', async () => {
    const { exitCode, report } = await examine({ ROS_DOMAIN_ID: '900' }, '--middleware', 'inproc');
    expect(report.canRun).toBe(false);
    expect(report.findings.find(({ state }) => state === 'wrong')).toMatchObject({
      part: 'domain id',
      text: 'ROS_DOMAIN_ID is "900", expected an integer from 0 to 232',
      fix: 'unset ROS_DOMAIN_ID',
    });
    expect(exitCode).toBe(2);
  });

  it.each([
    ['rclnodejs', {}, /no ROS 2 is sourced/],
    [
      'cyclonedds',
      { ROS_AUTOMATIC_DISCOVERY_RANGE: 'OFF' },
      /ROS_AUTOMATIC_DISCOVERY_RANGE is OFF|cannot be used/,
    ],
  ])('ends with 2 when %s was asked for and cannot be used', async (middleware, environment, reason) => {
    const { exitCode, report } = await examine(
      { AMENT_PREFIX_PATH: '', ROS_DISTRO: '', ...environment },
      '--middleware',
      middleware,
    );
    expect(report).toMatchObject({ canRun: false, middleware: null });
    expect(report.findings.find(({ part }) => part === 'middleware')).toMatchObject({
      state: 'wrong',
      text: expect.stringMatching(reason),
    });
    expect(exitCode).toBe(2);
  });

  it('names what a sourced ROS 2 lacks to talk to efferent', async () => {
    const ros = {
      ROS_DISTRO: 'jazzy',
      AMENT_PREFIX_PATH: '/nowhere',
      RMW_IMPLEMENTATION: 'rmw_fastrtps_cpp',
    };
    const { report } = await examine(ros, '--middleware', 'inproc');
    const of = (part: string) => report.findings.find((finding) => finding.part === part);
    expect(of('rmw_implementation')).toMatchObject({
      state: 'missing',
      fix: expect.stringContaining('RMW_IMPLEMENTATION=rmw_cyclonedds_cpp'),
    });
    expect(of('efferent_interfaces')).toMatchObject({
      state: 'note',
      fix: expect.stringContaining('colcon build'),
    });
    expect(of('rclnodejs')).toBeDefined();
  });
});
