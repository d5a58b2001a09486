import { type Transform, yawFromQuaternion } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { Mesh, MeshBasicMaterial, OctahedronGeometry } from 'three';
import type { GraphLink } from '../connection/graph-link.ts';
import { FrameTree } from '../model/frame-tree.ts';
import { cameraOf } from '../model/robots.ts';
import { byId, element } from '../shell/element.ts';
import { type IconName, icon } from '../shell/icon.ts';
import { BeliefLayer } from './belief-layer.ts';
import { CameraInset } from './camera-inset.ts';
import { CameraRig, type ViewMode } from './camera-rig.ts';
import { DetectionLayer } from './detection-layer.ts';
import { type Label, Labels } from './labels.ts';
import { MarkerLayer } from './marker-layer.ts';
import { PathLayer } from './path-layer.ts';
import { RobotFigure } from './robot-figure.ts';
import { Stage } from './stage.ts';

type Path = MessageTypes['nav_msgs/msg/Path'];

/** The attention point is shown this long after the policy last told it, s. */
const attentionLifetimeS = 1.5;

/** The world: what is there, what the robot sees, and what it believes, in one picture. */
export class WorldView {
  readonly stage = new Stage(byId('world'), byId<HTMLCanvasElement>('stage'));
  readonly frames = new FrameTree();
  readonly #robots = new Map<string, RobotFigure>();
  readonly #belief = new BeliefLayer();
  readonly #detections = new DetectionLayer(this.frames);
  readonly #furniture = new MarkerLayer(this.frames);
  readonly #scene = new MarkerLayer(this.frames);
  readonly #attention = new Mesh(
    new OctahedronGeometry(0.025),
    new MeshBasicMaterial({ color: '#ff5fa8', depthTest: false, transparent: true }),
  );
  readonly #labels = new Labels(byId('labels'), this.stage.camera);
  readonly #rig = new CameraRig(this.stage.camera, byId('stage'), this.frames);
  readonly #viewButtons = new Map<ViewMode, HTMLButtonElement>();
  #attentionAtS = Number.NEGATIVE_INFINITY;
  #cameraFrame = '';
  #chosen = '';
  #leaveChosen: (() => void) | undefined;

  constructor() {
    const { scene } = this.stage;
    this.#attention.visible = false;
    this.#attention.renderOrder = 10;
    for (const layer of [this.#furniture, this.#scene, this.#detections, this.#belief]) {
      scene.add(layer.group);
    }
    scene.add(this.#attention);
    this.#rig.controls.addEventListener('change', () => this.stage.invalidate());
    this.stage.beforeDraw.push(() => this.#beforeDraw());
    this.stage.afterDraw.push(() => this.#labels.place());
    this.#addViewButtons();
    this.#addLegend();
  }

  /** Subscribes to what every system has. */
  watchWorld(link: GraphLink): void {
    const redraw = () => this.stage.invalidate();
    for (const topic of ['/tf', '/tf_static']) {
      link.subscribe('tf2_msgs/msg/TFMessage', topic, ({ transforms }) => {
        this.frames.update(transforms);
        redraw();
      });
    }
    link.subscribe('visualization_msgs/msg/MarkerArray', '/map/furniture', ({ markers }) => {
      this.#furniture.apply(markers);
      this.#furniture.hideNamespaces(this.#scene.namespaces);
      redraw();
    });
    link.subscribe('visualization_msgs/msg/MarkerArray', '/scene/markers', ({ markers }) => {
      this.#scene.apply(markers);
      this.#furniture.hideNamespaces(this.#scene.namespaces);
      redraw();
    });
    link.subscribe('efferent_interfaces/msg/Belief', '/agent/belief', ({ objects }) => {
      this.#belief.apply(objects);
      redraw();
    });
  }

  /** Draws one more robot, and what it sees and plans. @param robot - its namespace, e.g. `/stretch` */
  addRobot(link: GraphLink, robot: string): void {
    const redraw = () => this.stage.invalidate();
    const figure = new RobotFigure(this.frames);
    const basePath = new PathLayer('#3ecf8e', 0.03);
    const armPath = new PathLayer('#5aa2ff', 0);
    this.#robots.set(robot, figure);
    this.stage.scene.add(figure.group, basePath.group, armPath.group);
    link.subscribe('std_msgs/msg/String', `${robot}/robot_description`, ({ data }) => {
      figure.load(data);
      redraw();
    });
    link.subscribe('vision_msgs/msg/Detection3DArray', `${robot}/detections`, (message) => {
      this.#detections.apply(message, performance.now() / 1000);
      redraw();
    });
    link.subscribe('nav_msgs/msg/Path', `${robot}/plan`, (path) => this.#showPath(basePath, path));
    link.subscribe('nav_msgs/msg/Path', `${robot}/planned_arm_path`, (path) => this.#showPath(armPath, path));
    link.subscribe('efferent_interfaces/msg/PolicyStatus', `${robot}/policy_status`, ({ attention }) => {
      const mapFromFrame = this.frames.rootFrom('map', attention.header.frame_id);
      const { x, y, z } = attention.point;
      if (!mapFromFrame) return;
      this.#attention.position.set(...mapFromFrame.apply([x, y, z]));
      this.#attentionAtS = performance.now() / 1000;
      redraw();
    });
  }

  /** Follows this robot and shows what its camera sees, instead of the one before. */
  chooseRobot(link: GraphLink, robot: string): void {
    this.#leaveChosen?.();
    this.#chosen = robot;
    this.#cameraFrame = '';
    byId('insets').replaceChildren();
    let leaveCamera: (() => void) | undefined;
    const leaveTopics = link.topics.watch((topics) => {
      const camera = leaveCamera === undefined ? cameraOf(topics.keys(), robot) : undefined;
      if (camera !== undefined) leaveCamera = this.#watchCamera(link, camera);
    });
    this.#leaveChosen = () => {
      leaveTopics();
      leaveCamera?.();
    };
    this.stage.invalidate();
  }

  /** Joint limits of the robot that {@link chooseRobot} named, as far as its URDF is known. */
  get limits(): RobotFigure['limits'] {
    return this.#robots.get(this.#chosen)?.limits ?? new Map();
  }

  /** @param camera - name below which its topics are */
  #watchCamera(link: GraphLink, camera: string): () => void {
    const insets = [
      { inset: new CameraInset('Colour'), topic: 'color/image_raw' },
      { inset: new CameraInset('Depth'), topic: 'depth/image_raw' },
    ];
    byId('insets').append(...insets.map(({ inset }) => inset.node));
    const ends = [
      link.subscribe('sensor_msgs/msg/CameraInfo', `${camera}/color/camera_info`, ({ header, height, k }) => {
        this.#cameraFrame = header.frame_id;
        this.#rig.setEyeCalibration(height, k[4] ?? 0);
      }),
      ...insets.map(({ inset, topic }) =>
        link.subscribe('sensor_msgs/msg/Image', `${camera}/${topic}`, (image) => inset.draw(image)),
      ),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  /** Rings one believed object; the same again, or an empty id, rings none. */
  highlight(objectId: string): void {
    this.#belief.highlight(objectId === this.#belief.highlighted ? '' : objectId);
    this.stage.invalidate();
  }

  setView(mode: ViewMode): void {
    this.#rig.setMode(mode);
    for (const [other, button] of this.#viewButtons)
      button.setAttribute('aria-pressed', String(other === mode));
    this.stage.invalidate();
  }

  home(): void {
    if (this.#rig.mode === 'eye') this.setView('orbit');
    this.#rig.home();
    this.stage.invalidate();
  }

  /** Says in words where the robots are drawn, for those who cannot see the picture. Call about once a second. */
  describe(): void {
    const isOne = this.#robots.size === 1;
    const places = [...this.#robots].flatMap(([robot, { baseFrame }]) => {
      const mapFromBase = this.frames.rootFrom('map', baseFrame);
      const name = isOne ? 'The robot' : robot.replace(/^\//, '');
      return mapFromBase ? [placeInWords(name, mapFromBase)] : [];
    });
    const text = places.length > 0 ? places.join(' ') : 'The robot’s place is not known yet.';
    const node = byId('world-description');
    if (node.textContent !== text) node.textContent = text;
  }

  #beforeDraw(): void {
    const nowS = performance.now() / 1000;
    for (const figure of this.#robots.values()) figure.pose();
    this.#rig.update(this.#robots.get(this.#chosen)?.baseFrame ?? '', this.#cameraFrame);
    const { x, y } = this.stage.camera.position;
    this.#furniture.openTowards(x, y);
    this.#scene.openTowards(x, y);
    const isFading = this.#detections.update(nowS);
    this.#attention.visible = nowS - this.#attentionAtS < attentionLifetimeS;
    this.#attention.rotation.z = nowS * 2;
    this.#labels.set(
      new Map<string, Label>([
        ...this.#attentionLabel(),
        ...this.#detections.labels(nowS),
        ...this.#beliefLabels(),
      ]),
    );
    if (isFading || this.#attention.visible || this.#rig.mode !== 'orbit') this.stage.invalidate();
  }

  #beliefLabels(): [string, Label][] {
    return this.#belief.labels(({ class_name, pose: { position } }) =>
      this.#detections.isSeen(class_name, [position.x, position.y, position.z]),
    );
  }

  #attentionLabel(): [string, Label][] {
    if (!this.#attention.visible) return [];
    const { x, y, z } = this.#attention.position;
    return [
      [
        'attention',
        { text: 'policy attends', detail: '', kind: 'attention', position: [x, y, z + 0.03], strength: 1 },
      ],
    ];
  }

  #showPath(layer: PathLayer, { header, poses }: Path): void {
    const mapFromFrame = this.frames.rootFrom('map', header.frame_id);
    if (!mapFromFrame) return;
    layer.set(
      poses.map(({ pose: { position } }) => mapFromFrame.apply([position.x, position.y, position.z])),
    );
    this.stage.invalidate();
  }

  #addViewButtons(): void {
    const views: readonly [ViewMode, IconName, string][] = [
      ['orbit', 'orbit', 'Orbit'],
      ['follow', 'robot', 'Follow'],
      ['eye', 'eye', 'Robot’s eye'],
    ];
    for (const [mode, iconName, title] of views) {
      const button = element(
        'button',
        { type: 'button', 'aria-label': title, onclick: () => this.setView(mode) },
        [icon(iconName, 15), element('span', { class: 'text' }, [title])],
      );
      this.#viewButtons.set(mode, button);
      byId('views').append(button);
    }
    const fit = element(
      'button',
      { type: 'button', 'aria-label': 'View from the start', onclick: () => this.home() },
      [icon('fit', 15)],
    );
    byId('views').append(fit);
    this.setView('orbit');
  }

  #addLegend(): void {
    const rows = [
      ['seen', 'seen now'],
      ['believed', 'believed'],
      ['path', 'planned path'],
      ['attention', 'policy attends'],
    ] as const;
    byId('legend').append(
      ...rows.map(([kind, text]) => element('div', {}, [element('i', { class: kind }), text])),
    );
  }
}

function placeInWords(name: string, mapFromBase: Transform): string {
  const [x, y] = mapFromBase.translation;
  const headingDeg = (yawFromQuaternion(mapFromBase.rotation) * 180) / Math.PI;
  return `${name} stands at x ${x.toFixed(2)} m, y ${y.toFixed(2)} m, heading ${headingDeg.toFixed(0)} degrees.`;
}
