import type { SkillBody } from './skill-body.ts';

/** The gripper counts as standing below this speed, m/s, for this long, s. */
const restMps = 0.004;
const restS = 0.2;
/** It has begun to move after this way, m, or will not any more after this time, s: it may wait for the driver's mode. */
const movedM = 0.003;
const startS = 1.2;

/** Returns what tells, when asked again and again, that the gripper has moved and then stood still for a while. */
export function gripperRests(body: Pick<SkillBody, 'model' | 'nowS' | 'position'>): () => boolean {
  const { actuator } = body.model.manifest.gripper;
  const start = body.position(actuator);
  const beganS = body.nowS();
  let last = start;
  let lastS = beganS;
  let stillS = 0;
  let hasMoved = false;
  return () => {
    const nowS = body.nowS();
    const position = body.position(actuator);
    const speed = nowS > lastS ? Math.abs(position - last) / (nowS - lastS) : 0;
    hasMoved ||= Math.abs(position - start) > movedM || nowS - beganS > startS;
    stillS = hasMoved && speed < restMps ? stillS + nowS - lastS : 0;
    last = position;
    lastS = nowS;
    return stillS > restS;
  };
}
