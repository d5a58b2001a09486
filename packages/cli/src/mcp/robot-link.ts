import { CameraEye } from '@efferent/agent';
import { qosProfiles } from '@efferent/ros';
import type { Belief, SkillContract, TaskClient } from '@efferent/runtime';

/** What the tools know of one robot on a graph, beside its task client. */
export class RobotLink {
  readonly client: TaskClient;
  #plan: unknown;
  #eye: CameraEye | undefined;
  readonly #takesPictures: boolean;

  /** @param takesPictures - whether the person agreed that camera pictures leave this machine */
  constructor(client: TaskClient, takesPictures: boolean) {
    this.client = client;
    this.#takesPictures = takesPictures;
    const { latched } = qosProfiles;
    client.node.createSubscription(
      'efferent_interfaces/msg/Plan',
      '/agent/plan',
      { qos: latched },
      (plan) => {
        this.#plan = plan;
      },
    );
    this.#watchCamera();
  }

  get robot(): string {
    return this.client.robot;
  }

  /** The newest plan; undefined before the first. */
  plan(): unknown {
    return this.#plan;
  }

  belief(signal: AbortSignal): Promise<Belief> {
    return withinTime(this.client.observe(), signal);
  }

  skills(): Promise<readonly SkillContract[]> {
    return this.client.listSkills();
  }

  /** Tells whether a simulation drives the robot: only then does anybody publish `/clock`. In doubt it is a real one. */
  isSimulated(): boolean {
    return this.client.node.getPublishersInfoByTopic('/clock').length > 0;
  }

  /** The newest camera picture; undefined without consent, and before the first. */
  picture(): ReturnType<CameraEye['look']> {
    this.#watchCamera();
    return this.#eye?.look() ?? Promise.resolve(undefined);
  }

  /** The camera may come up after this client. */
  #watchCamera(): void {
    if (!this.#takesPictures || this.#eye !== undefined) return;
    const pattern = new RegExp(`^(/${this.robot}/[^/]+)/color/image_raw$`);
    for (const { name } of this.client.node.getTopicNamesAndTypes()) {
      const [, camera] = pattern.exec(name) ?? [];
      if (camera === undefined) continue;
      this.#eye = new CameraEye(this.client.node, camera);
      return;
    }
  }
}

/** An agent that has gone must not keep a caller waiting. */
async function withinTime<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => {
      const end = () => reject(new Error('the agent has not said what it believes'));
      if (limit.aborted) end();
      else limit.addEventListener('abort', end, { once: true });
    }),
  ]);
}
