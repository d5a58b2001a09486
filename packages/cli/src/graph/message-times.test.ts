import { expect, test } from 'vitest';
import { withTimes } from './message-times.ts';

const now = { sec: 7, nanosec: 5 };

test('`now` becomes a time and `auto` a header, at any depth, and nothing else changes', () => {
  const twist = { header: { stamp: 'now', frame_id: 'base_link' }, twist: { linear: { x: 0.1 } } };
  expect(withTimes(twist, 'geometry_msgs/msg/TwistStamped', now)).toEqual({
    header: { stamp: now, frame_id: 'base_link' },
    twist: { linear: { x: 0.1 } },
  });
  expect(withTimes({ header: 'auto', poses: [{ header: 'auto' }] }, 'nav_msgs/msg/Path', now)).toEqual({
    header: { stamp: now, frame_id: '' },
    poses: [{ header: { stamp: now, frame_id: '' } }],
  });
  expect(withTimes({ data: 'now' }, 'std_msgs/msg/String', now)).toEqual({ data: 'now' });
  expect(withTimes({ wrong: 'auto' }, 'std_msgs/msg/String', now)).toEqual({ wrong: 'auto' });
});
