import { loadPolicyManifest } from '@efferent/policy';
import { loadRobotModel } from '@efferent/robot';
import { loadScene } from '@efferent/sim';
import { PickEnvironment } from '/work/main/packages/bench/src/pick/pick-environment.ts';
import { drawPickScenario } from '/work/main/packages/bench/src/pick/pick-scenario.ts';
import { ScriptedPickPolicy } from '/work/main/packages/bench/src/pick/scripted-pick.ts';

const folders = ['/work/main'];
const scene = loadScene(folders, 'kitchen');
const model = loadRobotModel(folders, 'stretch');
const { manifest } = await loadPolicyManifest(folders, 'stretch-pick');
const from = Number(process.argv[2] ?? 1000),
  n = Number(process.argv[3] ?? 10);
let ok = 0;
const counts: Record<string, number> = {};
const t0 = performance.now();
let sim = 0;
for (let s = from; s < from + n; s++) {
  const t = performance.now();
  const sc = drawPickScenario(scene, model, s);
  const env = new PickEnvironment(scene, model, sc);
  const t1 = performance.now();
  const r = await env.run(manifest, new ScriptedPickPolicy(manifest, () => env.trueOffset()));
  const t2 = performance.now();
  ok += r.success ? 1 : 0;
  counts[r.outcome] = (counts[r.outcome] ?? 0) + 1;
  sim += r.durationS;
  console.log(
    s,
    sc.objectId,
    'z',
    sc.centerM[2].toFixed(2),
    r.grasp,
    r.outcome,
    r.durationS.toFixed(1),
    's; make',
    (t1 - t).toFixed(0),
    'run',
    (t2 - t1).toFixed(0),
    'ms',
  );
}
console.log(ok / n, counts, ((performance.now() - t0) / n).toFixed(0), 'ms/ep', sim / n);
