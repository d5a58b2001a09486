import { listPoliciesFor, loadPolicyManifest, type PolicyManifest } from '@efferent/policy';
import { loadRobotModel } from '@efferent/robot';
import { loadScene, loadTaskCard } from '@efferent/sim';
import { findWorkspaceFolders } from './workspace.ts';

export interface ConfigurationNames {
  readonly scene: string;
  readonly robot: string;
  /** Task card of the scene. */
  readonly task?: string;
}

/** One line each, for the first screen. */
export interface ConfigurationFacts {
  readonly scene: string;
  readonly robot: string;
}

/**
 * Reads every file that a start will need, so that what is wrong in one is said before any process starts.
 *
 * @throws {@link ConfigurationError} naming the file and field, or the names there are
 */
export async function describeConfiguration(
  names: ConfigurationNames,
  workspaceFolders: readonly string[] = findWorkspaceFolders(),
): Promise<ConfigurationFacts> {
  const scene = loadScene(workspaceFolders, names.scene);
  const robot = loadRobotModel(workspaceFolders, names.robot);
  if (names.task !== undefined && names.task !== '') loadTaskCard(scene, names.task);
  const policies = await policiesOf(names.robot, workspaceFolders);
  const articulations = scene.map.articulations.map((each) => each.id.replace(/^.*-/, ''));
  return {
    scene: [scene.id, [`${scene.file.objects.length} objects`, ...countWords(articulations)].join(', ')].join(
      ' · ',
    ),
    robot: [
      names.robot,
      `${robot.actuators.length} joints + base`,
      ...policies.map((policy) => `policy ${policy.id} (ONNX, ${policy.rate_hz} Hz)`),
    ].join(' · '),
  };
}

function policiesOf(robot: string, workspaceFolders: readonly string[]): Promise<PolicyManifest[]> {
  return Promise.all(
    listPoliciesFor(workspaceFolders, robot).map(
      async (id) => (await loadPolicyManifest(workspaceFolders, id)).manifest,
    ),
  );
}

/** `['drawer', 'drawer', 'door']` becomes `['2 drawers', '1 door']`. */
function countWords(words: readonly string[]): string[] {
  return [...new Set(words)].map((word) => {
    const count = words.filter((each) => each === word).length;
    return `${count} ${word}${count === 1 ? '' : 's'}`;
  });
}
