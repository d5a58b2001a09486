import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Transform } from '@efferent/core';
import { interfaceRegistry } from '@efferent/interfaces';
import { loadRobotModel } from '@efferent/robot';
import { describe, expect, test } from 'vitest';
import type { SkillArgumentValue } from '../skill-arguments.ts';
import { fillTemplate, type TemplateSource } from './goal-template.ts';
import { checkSkillsFit, parseSkillMapping } from './skill-mapping.ts';

const parse = (text: string) => parseSkillMapping(text, 'skills.yaml');
const dock = (backend: string, contract = '') => `robot: r
contracts:
  dock:
    description: Drive onto the charger.
    parameters: { place: { types: [place], description: which } }
    failure_codes: [no-power]
    resources: [base]
    time_limit_s: 60${contract}
skills:
  dock: { ${backend} }
`;
const drive = (fields: string) =>
  dock(`backend: action-client, action: /dock, type: nav2_msgs/action/NavigateToPose, ${fields}`);
const call = (fields: string) =>
  dock(`backend: service-client, service: /dock, type: std_srvs/srv/SetBool, ${fields}`);
const tell = (fields: string) => dock(`backend: topic, topic: /dock, type: std_msgs/msg/String, ${fields}`);

describe('a mapping names the field that is wrong', () => {
  test.each<readonly [string, string, string | RegExp]>([
    [
      'a field that the goal lacks',
      drive('goal: { poze: 1 }'),
      /skills\.dock\.goal\.poze: .*has no field "poze"; it has: pose, behavior_tree/,
    ],
    [
      'a nested field that the goal lacks',
      drive('goal: { pose: { header: { frame: map } } }'),
      /skills\.dock\.goal\.pose\.header\.frame: /,
    ],
    [
      'a value of the wrong kind',
      drive('goal: { behavior_tree: 3 }'),
      /skills\.dock\.goal\.behavior_tree: .*must be a string, got 3/,
    ],
    [
      'a placeholder of the wrong kind',
      drive('goal: { pose: $(place.pose) }'),
      /skills\.dock\.goal\.pose\.position: /,
    ],
    [
      'an unknown argument',
      drive('goal: { behavior_tree: $(tree) }'),
      'skills.dock.goal.behavior_tree: "$(tree)": dock has no parameter "tree"; there are: place, now',
    ],
    [
      'an unknown attribute',
      drive('goal: { pose: $(place.stand_stampd) }'),
      'skills.dock.goal.pose: "$(place.stand_stampd)": place has no "stand_stampd"; it has: text, class',
    ],
    [
      'a feedback field that is not there',
      drive('feedback: { progress: done }'),
      /skills\.dock\.feedback\.progress: .*_Feedback has no field "done"/,
    ],
    [
      'a feedback field that is no value',
      drive('feedback: { progress: current_pose }'),
      /skills\.dock\.feedback\.progress: "current_pose" is a geometry_msgs\/msg\/PoseStamped; name one/,
    ],
    [
      'a condition on a field that is not there',
      call('result: { success: [{ field: done, equals: true }] }'),
      /skills\.dock\.result\.success\.0\.field: .*has no field "done"; it has: success, message/,
    ],
    [
      'a condition without a bound',
      call('result: { success: [{ field: success }] }'),
      'skills.dock.result.success.0: needs one of equals, at_least, at_most',
    ],
    [
      'a failure code that the contract lacks',
      drive('result: { error_code: error_code, codes: { 3: too-dark } }'),
      'skills.dock.result.codes.3: dock has no failure code "too-dark"; it has: no-power, invalid-argument',
    ],
    [
      'numbers without the field that has them',
      drive('result: { codes: { 3: no-power } }'),
      'skills.dock.result.codes: needs error_code, the field that has the number',
    ],
    [
      'a type that nobody knows',
      dock('backend: action-client, action: /dock, type: their_msgs/action/Dock'),
      'skills.dock.type: no interface is called "their_msgs/action/Dock"; source the workspace that has it',
    ],
    [
      'a type of the wrong kind',
      dock('backend: service-client, service: /dock, type: std_msgs/msg/String'),
      'skills.dock.type: expected a type such as my_msgs/srv/Name, got "std_msgs/msg/String"',
    ],
    ['an unknown setting', drive('gaol: {}'), 'skills.dock.gaol: unknown field'],
    [
      'a message that does not fit',
      tell('message: { text: hi }'),
      'skills.dock.message.text: std_msgs/msg/String',
    ],
    [
      'a driver command',
      tell('message: {}').replace('topic: /dock', 'topic: cmd_vel'),
      'skills.dock.topic: "cmd_vel" belongs to the robot\'s driver, which only the command gate may command',
    ],
    [
      'a driver command by its full name',
      dock('backend: service-client, service: /r/stow_the_robot, type: std_srvs/srv/Trigger'),
      'skills.dock.service: "/r/stow_the_robot" belongs to the robot\'s driver',
    ],
    [
      'a pose goal that is no pose',
      dock('backend: moveit, group: arm, goal: { link: tool, pose: $(place.yaw) }'),
      /skills\.dock\.goal\.pose: /,
    ],
    [
      'an own skill without a mapping',
      dock('backend: motion'),
      'skills.dock.backend: is "motion", expected action-client with a type, service-client, topic or moveit',
    ],
    [
      'an action without a type',
      'robot: r\nskills: { look: { backend: action-client, action: look } }',
      'skills.look.type: is missing; only navigate knows its action by itself',
    ],
    [
      'a contract of the library',
      'robot: r\ncontracts: { stow: { description: x, resources: [arm], time_limit_s: 1 } }\nskills: {}',
      'contracts.stow: is a skill of the library, whose contract is fixed',
    ],
    [
      'a skill without a contract',
      'robot: r\nskills: { fly: { backend: motion } }',
      'skills.fly: unknown field',
    ],
    [
      'an effect that nobody knows',
      dock('backend: moveit, group: arm, goal: { named_pose: stow }', '\n    effects: [docked(place)]'),
      'contracts.dock.effects.0: "docked(place)": no predicate "docked"',
    ],
    [
      'an effect on something else',
      dock('backend: moveit, group: arm, goal: { named_pose: stow }', '\n    effects: [at(thing)]'),
      'contracts.dock.effects.0: "at(thing)": there is no parameter "thing"',
    ],
  ])('%s', (_what, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  test('and takes what is right', () => {
    const mapping = parse(
      drive(`goal: { pose: $(place.stand_stamped), behavior_tree: "for $(place)" },
      feedback: { remaining: distance_remaining }, result: { error_code: error_code, codes: { 208: no-power }, otherwise: stopped },
      timeout_s: 20, cancel_wait_s: 3, halt: [/follow_path]`),
    );
    expect(mapping.contracts.dock).toMatchObject({
      name: 'dock',
      timeLimitS: 60,
      failureCodes: ['no-power'],
    });
  });
});

describe('a template', () => {
  const cup: SkillArgumentValue = {
    name: 'object',
    value: 'cup-2',
    objectClass: 'cup',
    mapFromThing: Transform.fromPlanar(1, 2, Math.PI / 2),
    sizeM: [0.1, 0.2, 0.3],
  };
  const source: TemplateSource = {
    argument: (name) => (name === 'object' ? cup : undefined),
    mapFromThing: (value) => value.mapFromThing!,
    mapFromStand: () => Transform.fromPlanar(3, 4, 0),
    mapFromBase: () => Transform.fromPlanar(5, 6, 0),
    nowS: () => 12.5,
  };

  test.each<readonly [unknown, unknown]>([
    ['$(object)', 'cup-2'],
    ['take $(object.class) now', 'take cup now'],
    ['$(object.x)', 1],
    ['$(object.position)', { x: 1, y: 2, z: 0 }],
    ['$(object.size)', { x: 0.1, y: 0.2, z: 0.3 }],
    [{ a: ['$(object.y)', 7], b: '$(missing)' }, { a: [2, 7] }],
    ['at $(missing)!', 'at !'],
    ['$(now)', { sec: 12, nanosec: 500_000_000 }],
  ])('%j becomes %j', (template, value) => {
    expect(fillTemplate(template, source)).toEqual(value);
  });

  test('gives poses with their frame and time', () => {
    expect(fillTemplate('$(object.stand_stamped)', source)).toMatchObject({
      header: { frame_id: 'map', stamp: { sec: 12 } },
      pose: { position: { x: 3, y: 4 }, orientation: { w: 1 } },
    });
    expect(fillTemplate('$(object.yaw)', source)).toBeCloseTo(Math.PI / 2);
  });
});

test('an arm on a fixed base is not asked to press, wipe or offer; one on wheels is', () => {
  const workspace = [join(import.meta.dirname, '../../../..')];
  for (const skill of ['press', 'wipe', 'offer']) {
    const mapping = parse(`robot: r\nskills: { ${skill}: { backend: motion } }`);
    expect(() => checkSkillsFit(mapping, loadRobotModel(workspace, 'panda'))).toThrow(
      /a base that drives and an arm/,
    );
    expect(() => checkSkillsFit(mapping, loadRobotModel(workspace, 'stretch'))).not.toThrow();
  }
});

test('the examples of docs/skills.md are right', () => {
  interfaceRegistry.register(
    'nav2_msgs/action/DockRobot',
    `bool use_dock_id True
string dock_id
geometry_msgs/PoseStamped dock_pose
string dock_type
---
bool success True
uint16 error_code
string error_msg
---
uint16 state`,
  );
  const text = readFileSync(join(import.meta.dirname, '../../../../docs/skills.md'), 'utf8');
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);
  const others = `robot: stretch
contracts:
  point-at: { description: x, parameters: { object: { types: [object], description: x } }, resources: [arm], time_limit_s: 9 }
  unlock:
    description: x
    parameters: { fixture: { types: [fixture], description: x } }
    failure_codes: [no-power]
    resources: [base]
    time_limit_s: 9
skills:
`;
  const files = blocks
    .filter((block) => /^(skills:| {2}[a-z-]+:)/m.test(block) && !block.includes('ros__parameters'))
    .filter((block) => !block.includes('controller_names'))
    .map((block) =>
      block.startsWith('  ') ? others + block : `robot: stretch\n${block.replace(/^robot: .*\n/, '')}`,
    );
  expect(files.length).toBe(5);
  for (const file of files) expect(() => parse(file)).not.toThrow();
});
