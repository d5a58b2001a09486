import { describe, expect, it } from 'vitest';
import { FrameTree, type StampedTransform } from './frame-tree.ts';

const edge = (parent: string, child: string, x: number, yaw = 0): StampedTransform => ({
  header: { frame_id: parent },
  child_frame_id: child,
  transform: {
    translation: { x, y: 0, z: 0 },
    rotation: { x: 0, y: 0, z: Math.sin(yaw / 2), w: Math.cos(yaw / 2) },
  },
});

describe('FrameTree', () => {
  it('chains transforms from the root to a frame', () => {
    const tree = new FrameTree();
    tree.update([
      edge('map', 'odom', 1),
      edge('odom', 'base_link', 0, Math.PI / 2),
      edge('base_link', 'camera', 2),
    ]);
    const [x, y] = tree.rootFrom('map', 'camera')?.translation ?? [];
    expect(x).toBeCloseTo(1);
    expect(y).toBeCloseTo(2);
  });

  it('takes map and odom to coincide until the robot is localised', () => {
    const tree = new FrameTree();
    tree.update([edge('odom', 'base_link', 3)]);
    expect(tree.rootFrom('map', 'base_link')?.translation[0]).toBe(3);
    tree.update([edge('map', 'odom', 1)]);
    expect(tree.rootFrom('map', 'base_link')?.translation[0]).toBe(4);
  });

  it('knows no transform where no chain leads, nor round a loop', () => {
    const tree = new FrameTree();
    tree.update([edge('a', 'b', 1), edge('b', 'a', 1)]);
    expect(tree.rootFrom('map', 'b')).toBeUndefined();
    expect(tree.rootFrom('map', 'nowhere')).toBeUndefined();
  });
});
