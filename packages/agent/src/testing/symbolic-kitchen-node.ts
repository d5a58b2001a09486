import { Transform, type Vector3 } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { type PriorMap, placedBoxes } from '@efferent/robot';
import {
  createTransformBroadcaster,
  qosProfiles,
  type RosNode,
  type ServerGoalHandle,
  stampFromNs,
} from '@efferent/ros';
import { formatPredicate, skillContracts } from '@efferent/skills';
import { type CameraView, isOccluded, occludersOf, projectPoint } from '../belief/visibility.ts';
import { WorldMap } from '../belief/world-map.ts';

export type SkillArguments = readonly MessageTypes['efferent_interfaces/msg/SkillArgument'][];

/** A kitchen without physics behind the real ROS names: things teleport, the camera is simulated, skills can be made to fail. */
export class SymbolicKitchen {
  readonly things = new Map<string, { className: string; at: Vector3; sizeM: Vector3 }>();
  readonly sent: string[] = [];
  /** Failure codes to answer with, by skill; `lie` reports success and does nothing. `meanwhile` runs before the report. */
  readonly failures: { skill: string; code: string; meanwhile?: () => void }[] = [];
  onSkill: (skill: string, values: Readonly<Record<string, string>>) => void = () => undefined;
  /** Names of the skills that the robot has. */
  skills = Object.keys(skillContracts);
  held = '';
  readonly opened = new Set<string>();
  readonly map: WorldMap;
  readonly prior: PriorMap;
  readonly node: RosNode;
  #camera = cameraLookingAt([0.6, -0.6, 0.7], [0.5, 0.6, 1.3]);
  #base = Transform.fromPlanar(0, 0, 0);
  protected mapFromTool = new Transform([0.3, 0, 0.9], [0, 0, 0, 1]);
  /** How far the arm is stretched out, m, and with what it pushes, N. */
  protected arm = { extensionM: 0.1, effortN: 0 };
  #depthKey = '';
  #depthImage = new Uint16Array(0);

  constructor(node: RosNode, prior: PriorMap) {
    this.node = node;
    this.prior = prior;
    this.map = new WorldMap(prior);
    const broadcaster = createTransformBroadcaster(node);
    const detections = node.createPublisher(
      'vision_msgs/msg/Detection3DArray',
      '/stretch/detections',
      qosProfiles.sensorData,
    );
    const depth = node.createPublisher(
      'sensor_msgs/msg/Image',
      '/stretch/head_camera/depth/image_raw',
      qosProfiles.sensorData,
    );
    const info = node.createPublisher(
      'sensor_msgs/msg/CameraInfo',
      '/stretch/head_camera/color/camera_info',
      qosProfiles.sensorData,
    );
    const joints = node.createPublisher(
      'sensor_msgs/msg/JointState',
      '/stretch/joint_states',
      qosProfiles.default,
    );
    node.createTimer(50_000_000n, () => {
      const stamp = stampFromNs(node.clock.nowNs());
      const send = (parent: string, child: string, { translation: t, rotation: r }: Transform) => ({
        header: { stamp, frame_id: parent },
        child_frame_id: child,
        transform: {
          translation: { x: t[0], y: t[1], z: t[2] },
          rotation: { x: r[0], y: r[1], z: r[2], w: r[3] },
        },
      });
      broadcaster.send([
        send('map', 'base_link', this.#base),
        send('map', 'camera_color_optical_frame', this.#camera),
        send('map', 'link_grasp_center', this.mapFromTool),
      ]);
      const [aperture, effort] = this.held === '' ? [0.1, 0] : [0.07, -6];
      joints.publish({
        header: { stamp },
        name: ['gripper_aperture', 'wrist_extension'],
        position: Float64Array.of(aperture, this.arm.extensionM),
        velocity: Float64Array.of(0, 0),
        effort: Float64Array.of(effort, this.arm.effortN),
      });
    });
    node.createTimer(200_000_000n, () => {
      const header = { stamp: stampFromNs(node.clock.nowNs()), frame_id: 'camera_color_optical_frame' };
      const view = this.view();
      info.publish({
        header,
        width: view.widthPx,
        height: view.heightPx,
        k: Float64Array.of(view.fx, 0, view.cx, 0, view.fy, view.cy, 0, 0, 1),
      });
      depth.publish({
        header,
        width: view.widthPx,
        height: view.heightPx,
        encoding: '16UC1',
        step: view.widthPx * 2,
        data: new Uint8Array(this.#depth(view).slice().buffer),
      });
      detections.publish({
        header,
        detections: [
          ...this.#seen(view).map(([, thing]) => detectionMessage(view, thing)),
          ...this.faces
            .filter((at) => projectPoint(view, view.mapFromCamera.inverse(), at) !== undefined)
            .map((at) => faceMessage(view, at)),
        ],
      });
    });
    node.createService('efferent_interfaces/srv/ListSkills', '/stretch/list_skills', () => ({
      robot: '/stretch',
      skills: this.skills
        .map((name) => skillContracts[name]!)
        .map((contract) => ({
          name: contract.name,
          description: contract.description,
          parameters: contract.parameters.map((parameter) => ({
            ...parameter,
            type: parameter.types.join('|'),
          })),
          preconditions: contract.preconditions.map(formatPredicate),
          effects: contract.effects.map(formatPredicate),
          failure_codes: [...contract.failureCodes],
          resources: [...contract.resources],
          time_limit_s: contract.timeLimitS,
          backend: 'motion',
        })),
    }));
    node.createActionServer('efferent_interfaces/action/ExecuteSkill', '/stretch/execute_skill', {
      execute: (goal) => this.#execute(goal),
    });
  }

  add(id: string, className: string, at: Vector3, sizeM: Vector3 = [0.075, 0.075, 0.075]): void {
    this.things.set(id, { className, at, sizeM });
  }

  /** Middles of the heads of those who are there. */
  protected get faces(): readonly Vector3[] {
    return [];
  }

  view(): CameraView {
    return { mapFromCamera: this.#camera, widthPx: 80, heightPx: 60, fx: 58, fy: 58, cx: 40, cy: 30 };
  }

  #positions(): ReadonlyMap<string, number> {
    return new Map([...this.opened].map((id) => [id, this.map.fixture(id)!.articulation!.range[1]]));
  }

  #seen(view: CameraView) {
    const occluders = occludersOf(placedBoxes(this.prior, this.#positions()));
    const cameraFromMap = view.mapFromCamera.inverse();
    return [...this.things].filter(
      ([id, thing]) =>
        id !== this.held &&
        projectPoint(view, cameraFromMap, thing.at) !== undefined &&
        !isOccluded(view.mapFromCamera.translation, thing.at, occluders, 0.08),
    );
  }

  /** Ray casts the furniture; a few thousand rays. */
  #depth(view: CameraView): Uint16Array {
    const key = `${view.mapFromCamera.translation} ${view.mapFromCamera.rotation} ${[...this.opened]}`;
    if (key === this.#depthKey) return this.#depthImage;
    const boxes = placedBoxes(this.prior, this.#positions())
      .filter((box) => box.part !== 'handle')
      .map((box) => ({
        from: box.mapFromBox.inverse().multiply(view.mapFromCamera),
        half: box.sizeM.map((s) => s / 2),
      }));
    const image = new Uint16Array(view.widthPx * view.heightPx);
    for (let row = 0; row < view.heightPx; row += 1) {
      for (let column = 0; column < view.widthPx; column += 1) {
        const ray: Vector3 = [(column - view.cx) / view.fx, (row - view.cy) / view.fy, 1];
        let nearest = 10;
        for (const { from, half } of boxes) nearest = Math.min(nearest, hit(from, half, ray));
        image[row * view.widthPx + column] = nearest * 1000;
      }
    }
    this.#depthKey = key;
    this.#depthImage = image;
    return image;
  }

  async #execute(goal: ServerGoalHandle<'efferent_interfaces/action/ExecuteSkill'>) {
    const { skill } = goal.request;
    const values = Object.fromEntries(
      goal.request.arguments.map((argument) => [argument.name, argument.value]),
    );
    this.sent.push(`${skill}(${Object.values(values).join(', ')})`);
    if (skillContracts[skill] === undefined) throw new Error(`unknown skill ${skill}`);
    this.onSkill(skill, values);
    goal.publishFeedback({ phase: 'approach', progress: 0.1 });
    try {
      await this.node.sleep(2000, goal.cancelSignal);
    } catch {
      goal.canceled();
      return { success: false, failure_code: 'cancelled', message: 'cancelled', elapsed_s: 1 };
    }
    const scripted = this.failures.findIndex((failure) => failure.skill === skill);
    const failure = scripted >= 0 ? this.failures.splice(scripted, 1)[0]! : undefined;
    failure?.meanwhile?.();
    const lies = failure?.code === 'lie';
    const code = lies ? '' : (failure?.code ?? (await this.apply(skill, goal.request.arguments)));
    if (code === '') goal.succeed();
    else goal.abort();
    return {
      success: code === '',
      failure_code: code,
      message: code === '' ? 'done' : `it ended with ${code}`,
      elapsed_s: 2,
    };
  }

  /** Does what the skill does; returns a failure code or nothing. */
  protected async apply(skill: string, given: SkillArguments): Promise<string> {
    const argument = (name: string) => given.find((candidate) => candidate.name === name)!;
    const place = (id: string): Vector3 => {
      const fixture = this.map.fixture(id);
      if (fixture === undefined) return this.thingNear(argument('container'))?.[1].at ?? [0, 0, 0];
      const [x, y] = this.map.mapFromFixture(
        fixture,
        this.#positions().get(fixture.movesWith ?? '') ?? 0,
      ).translation;
      const inside = fixture.isSurface || fixture.isContainer;
      return [x, y, inside ? fixture.floorHeightM + 0.04 : fixture.mapFromCenter.translation[2]];
    };
    switch (skill) {
      case 'navigate':
      case 'look': {
        const { value, pose } = argument('target');
        const fixture = this.map.fixture(value);
        const at: Vector3 =
          fixture === undefined
            ? [pose.pose.position.x, pose.pose.position.y, pose.pose.position.z]
            : place(value);
        this.lookAt(at, fixture?.furnitureId);
        return '';
      }
      case 'pick': {
        const thing = this.thingNear(argument('object'));
        if (thing === undefined) return 'target-lost';
        if (this.held !== '') return 'hand-full';
        this.held = thing[0];
        this.lookAt(thing[1].at, undefined);
        return '';
      }
      case 'place-on':
      case 'place-in': {
        if (this.held === '') return 'hand-empty';
        const target = argument(skill === 'place-on' ? 'surface' : 'container');
        if (this.map.fixture(target.value) === undefined && this.thingNear(target) === undefined)
          return 'target-lost';
        const [x, y, z] = place(target.value);
        const near = given.find((candidate) => candidate.name === 'near');
        const area = this.map.places.get(near?.value ?? '')?.delivery?.centerM ?? [x, y];
        this.things.get(this.held)!.at = [area[0], area[1], z];
        this.lookAt([x, y, z], this.map.fixture(target.value)?.furnitureId);
        this.held = '';
        this.mapFromTool = new Transform([area[0], area[1], z], [0, 0, 0, 1]);
        return '';
      }
      case 'open':
        this.opened.add(argument('fixture').value);
        return '';
      case 'close':
        this.opened.delete(argument('fixture').value);
        return '';
      default:
        return '';
    }
  }

  protected thingNear({ pose, object_class }: MessageTypes['efferent_interfaces/msg/SkillArgument']) {
    const { x, y } = pose.pose.position;
    return [...this.things].find(
      ([, thing]) => thing.className === object_class && Math.hypot(thing.at[0] - x, thing.at[1] - y) < 0.25,
    );
  }

  /** Stands 1 m in front of the nearest free side and looks down. */
  protected lookAt(at: Vector3, furnitureId: string | undefined): void {
    const furniture = this.prior.furniture.find((candidate) => candidate.id === furnitureId);
    const yaw = furniture?.poseXyYaw[2] ?? 0;
    const front: Vector3 =
      furniture === undefined || furniture.id === 'table'
        ? [0, at[1] > 0 ? -1 : 1, 0]
        : [Math.sin(yaw), -Math.cos(yaw), 0];
    const eye: Vector3 = [at[0] + front[0], at[1] + front[1], 1.35];
    this.#camera = cameraLookingAt(at, eye);
    this.#base = Transform.fromPlanar(eye[0], eye[1], 0);
  }
}

function cameraLookingAt(at: Vector3, eye: Vector3): Transform {
  const norm = (v: Vector3): Vector3 => {
    const length = Math.hypot(...v);
    return [v[0] / length, v[1] / length, v[2] / length];
  };
  const z = norm([at[0] - eye[0], at[1] - eye[1], at[2] - eye[2]]);
  const x = norm([z[1], -z[0], 0]);
  const y: Vector3 = [z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0]];
  const w = Math.sqrt(Math.max(0, 1 + x[0] + y[1] + z[2])) / 2;
  const q =
    w > 1e-3
      ? [(y[2] - z[1]) / (4 * w), (z[0] - x[2]) / (4 * w), (x[1] - y[0]) / (4 * w), w]
      : quaternionByLargest(x, y, z);
  return new Transform(eye, q as [number, number, number, number]);
}

function quaternionByLargest(x: Vector3, y: Vector3, z: Vector3): number[] {
  if (x[0] > y[1] && x[0] > z[2]) {
    const s = 2 * Math.sqrt(1 + x[0] - y[1] - z[2]);
    return [s / 4, (y[0] + x[1]) / s, (z[0] + x[2]) / s, (y[2] - z[1]) / s];
  }
  if (y[1] > z[2]) {
    const s = 2 * Math.sqrt(1 + y[1] - x[0] - z[2]);
    return [(y[0] + x[1]) / s, s / 4, (z[1] + y[2]) / s, (z[0] - x[2]) / s];
  }
  const s = 2 * Math.sqrt(1 + z[2] - x[0] - y[1]);
  return [(z[0] + x[2]) / s, (z[1] + y[2]) / s, s / 4, (x[1] - y[0]) / s];
}

function hit(boxFromCamera: Transform, half: readonly number[], ray: Vector3): number {
  const o = boxFromCamera.translation;
  const end = boxFromCamera.apply(ray);
  let low = 0.05;
  let high = 10;
  for (let axis = 0; axis < 3; axis++) {
    const d = end[axis]! - o[axis]!;
    if (Math.abs(d) < 1e-9) {
      if (Math.abs(o[axis]!) > half[axis]!) return 10;
      continue;
    }
    const a = (-half[axis]! - o[axis]!) / d;
    const b = (half[axis]! - o[axis]!) / d;
    low = Math.max(low, Math.min(a, b));
    high = Math.min(high, Math.max(a, b));
  }
  return low <= high ? low : 10;
}

function faceMessage(view: CameraView, at: Vector3) {
  const { bbox } = detectionMessage(view, { className: '', at, sizeM: [0.18, 0.15, 0.22] });
  const results = ['person', 'head'].map((class_id) => ({ hypothesis: { class_id, score: 0.95 } }));
  return { results, bbox };
}

function detectionMessage(view: CameraView, thing: { className: string; at: Vector3; sizeM: Vector3 }) {
  const cameraFromMap = view.mapFromCamera.inverse();
  const [x, y, z] = cameraFromMap.apply(thing.at);
  const q = cameraFromMap.rotation;
  return {
    results: [{ hypothesis: { class_id: thing.className, score: 0.95 } }],
    bbox: {
      center: { position: { x, y, z }, orientation: { x: q[0], y: q[1], z: q[2], w: q[3] } },
      size: { x: thing.sizeM[0], y: thing.sizeM[1], z: thing.sizeM[2] },
    },
  };
}
