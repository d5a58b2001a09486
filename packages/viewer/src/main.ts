import { EmgPanel } from './body/emg-panel.ts';
import { MotionPanel } from './body/motion-panel.ts';
import { RatesPanel } from './body/rates-panel.ts';
import { GraphLink } from './connection/graph-link.ts';
import { StopLink } from './connection/stop-link.ts';
import { BeliefList } from './mind/belief-list.ts';
import { CallList } from './mind/call-list.ts';
import { EventLog } from './mind/event-log.ts';
import { PlanTree } from './mind/plan-tree.ts';
import { QuestionCard } from './mind/question-card.ts';
import { Tabs } from './mind/tabs.ts';
import { TaskPanel } from './mind/task-panel.ts';
import { RealTimeFactor } from './model/rate-meter.ts';
import { Banner } from './shell/banner.ts';
import { placeBody } from './shell/body-place.ts';
import { CalibrationCard } from './shell/calibration-card.ts';
import { byId, element } from './shell/element.ts';
import { GestureMenu } from './shell/gesture-menu.ts';
import { Keyboard } from './shell/keyboard.ts';
import { RobotChoice } from './shell/robot-choice.ts';
import { Scanning } from './shell/scanning.ts';
import { StopButton } from './shell/stop-button.ts';
import { SwitchStop } from './shell/switch-stop.ts';
import { TopBar } from './shell/top-bar.ts';
import { isDrawnByProcessor } from './world/quality.ts';
import { WorldView } from './world/world-view.ts';

/** Fast enough to read; each change makes the browser compose the whole page anew, which a processor does slowly. */
const bodyPeriodMs = isDrawnByProcessor ? 500 : 200;

// The token comes in the fragment, which browsers never send to a server.
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
const query = token === '' ? '' : `?token=${encodeURIComponent(token)}`;
const { stopPort } = (await (await fetch('config.json')).json()) as { stopPort: number };

const link = new GraphLink(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/${query}`);
const stopLink = new StopLink(`http://${location.hostname}:${stopPort}`, token);

const banner = new Banner();
const stopButton = new StopButton(stopLink);
new SwitchStop(() => void stopButton.stop());
link.state.watch((state) => banner.onLink(state));
stopLink.state.watch((view) => banner.onStop(view));

const world = new WorldView();
world.watchWorld(link);

const tree = new PlanTree((node) => world.highlight(node?.objects[0] ?? ''));
const belief = new BeliefList((id) => world.highlight(id));
const calls = new CallList();
const log = new EventLog();
const bodyTab = element('div');
const tabs = new Tabs(byId('mind-tabs'), byId('mind-panels'), [
  { id: 'plan', title: 'Plan', panel: tree.panel },
  { id: 'belief', title: 'Belief', panel: belief.panel },
  { id: 'events', title: 'Events', panel: log.panel },
  { id: 'calls', title: 'Model', panel: calls.panel },
  { id: 'body-tab', title: 'Body', panel: bodyTab },
]);
const task = new TaskPanel(link, log);
const question = new QuestionCard(byId('question'), link);
link.subscribe('efferent_interfaces/msg/Plan', '/agent/plan', (plan) => task.onPlan(tree.apply(plan)));
link.subscribe('efferent_interfaces/msg/Critique', '/agent/critique', (critique) =>
  tree.applyCritique(critique),
);
link.subscribe('efferent_interfaces/msg/Question', '/agent/question', (message) => question.apply(message));
link.subscribe('efferent_interfaces/msg/Suggestions', '/agent/suggestions', ({ instructions }) =>
  task.suggest(instructions),
);
link.subscribe('efferent_interfaces/msg/Belief', '/agent/belief', (message) => {
  belief.apply(message);
  tabs.setCount('belief', message.objects.length);
});
link.subscribe('efferent_interfaces/msg/ModelCall', '/agent/model_calls', (call) => {
  calls.apply(call);
  tabs.setCount('calls', calls.count);
});

link.subscribe('efferent_interfaces/msg/ModelText', '/agent/model_text', (text) => calls.applyText(text));

const realTime = new RealTimeFactor();
const motion = new MotionPanel(() => world.limits);
const rates = new RatesPanel(realTime);
const emg = new EmgPanel(link);
const gestureMenu = new GestureMenu();
const calibration = new CalibrationCard();
link.subscribe('efferent_interfaces/msg/CalibrationPrompt', '/emg/calibration', (prompt) =>
  calibration.apply(prompt, performance.now()),
);
emg.onStatus = (status) => {
  gestureMenu.apply(status, performance.now());
  banner.onGestures(status.stop_state, status.stop_reason);
};
placeBody(tabs, 'body-tab', bodyTab);
byId('body').append(...motion.nodes, rates.node, emg.node);
link.onMessage = (topic, bytes) => rates.onMessage(topic, bytes);
link.subscribe('rosgraph_msgs/msg/Clock', '/clock', ({ clock }) =>
  realTime.add(performance.now(), BigInt(clock.sec) * 1_000_000_000n + BigInt(clock.nanosec)),
);
link.subscribeJson('/bridge/status', (status) =>
  rates.onBridgeStatus((status as { droppedFrames: number }).droppedFrames),
);

const scanning = new Scanning();
const bar = new TopBar(link, { scan: () => scanning.toggle(), help: () => keyboard.showHelp() });
const keyboard = new Keyboard([
  { key: '/', title: 'Write an instruction', run: () => byId('instruction').focus() },
  { key: 'p', title: 'Pause, or go on', run: () => void bar.togglePause() },
  { key: '1', title: 'Orbit the room', run: () => world.setView('orbit') },
  { key: '2', title: 'Follow the robot', run: () => world.setView('follow') },
  { key: '3', title: 'See through the robot’s eye', run: () => world.setView('eye') },
  { key: 'f', title: 'View from the start', run: () => world.home() },
  { key: 's', title: 'Single-switch scanning', run: () => scanning.toggle() },
  { key: '?', title: 'This list', run: () => keyboard.showHelp() },
]);

const robots = new RobotChoice((robot) => {
  world.chooseRobot(link, robot);
  motion.watch(link, robot);
  emg.watchRobot(robot);
});
link.topics.watch((topics) => {
  for (const robot of robots.add(topics.keys())) watchRobot(robot);
  if (robots.names.length > 0) bar.set('robot', 'robot', 'plain', robots.names.join(' and '), 'robot');
});

function watchRobot(robot: string): void {
  world.addRobot(link, robot);
  link.subscribe('efferent_interfaces/msg/GateStatus', `${robot}/gate/status`, (status) =>
    bar.onGate(status, robot, robots.names.length > 1),
  );
  link.subscribe('efferent_interfaces/msg/PolicyStatus', `${robot}/policy_status`, (status) =>
    rates.onPolicy(status.inference_ms),
  );
  link.subscribe('sensor_msgs/msg/LaserScan', `${robot}/scan`, () => undefined);
}

setInterval(() => {
  const nowMs = performance.now();
  motion.draw(nowMs);
  rates.draw(nowMs, world.stage.framesPerSecond);
  emg.draw();
  gestureMenu.draw(nowMs);
  calibration.draw(nowMs);
}, bodyPeriodMs);
setInterval(() => world.describe(), 1000);

stopLink.open();
link.open();
document.documentElement.dataset.ready = 'true';
