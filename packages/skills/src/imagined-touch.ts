import { isButton } from '@efferent/robot';
import { findButton, isLevel } from './button.ts';
import { surfaceArea } from './geometry.ts';
import type { CarriedThing, PlanningBody } from './skill-body.ts';
import { aheadOfTool } from './work-scene.ts';

/** A hand this far beside a button's middle pushes it, m. */
const besideM = 0.035;
/** An imagined button pushes back with this until it is in, N. */
const springN = 4;
/** Things that do not give way push back so much for each metre, N/m. */
const stiffnessNpm = 3000;

/** What an arm feels of the button that its shut hand pushes in imagination, N; 0 when there is none. */
export function pushOnButton(body: PlanningBody): number {
  const { model, map } = body;
  const q = model.jointPositionsFromActuators(body.actuatorPositions(), model.zeroJointPositions());
  const tool = body.mapFromBase().multiply(model.baseFromLink(q, model.manifest.frames.tool));
  const [x, y, z] = tool.apply([aheadOfTool(body), 0, 0]);
  for (const articulation of map.articulations.filter((each) => isButton(each) && isLevel(each))) {
    const { faceM, headingRad } = findButton(map, articulation.id);
    const [c, s] = [Math.cos(headingRad), Math.sin(headingRad)];
    const inM = (x - faceM[0]) * c + (y - faceM[1]) * s;
    const offM = Math.hypot((y - faceM[1]) * c - (x - faceM[0]) * s, z - faceM[2]);
    if (offM > besideM || inM <= 0) continue;
    return springN + Math.max(0, inM - articulation.range[1]) * stiffnessNpm;
  }
  return 0;
}

/** What a lift feels, N, of the surface onto which it lets down in imagination what is held; 0 above it. */
export function pushOnSurface(body: PlanningBody & { readonly carried: CarriedThing | undefined }): number {
  const { model, map, carried } = body;
  if (carried === undefined) return 0;
  const q = model.jointPositionsFromActuators(body.actuatorPositions(), model.zeroJointPositions());
  const [x, y, z] = body
    .mapFromBase()
    .multiply(model.baseFromLink(q, model.manifest.frames.tool)).translation;
  for (const surface of map.surfaces) {
    const { mapFromArea, sizeM } = surfaceArea(map, surface);
    const [u, v, aboveM] = mapFromArea.inverse().apply([x, y, z - carried.belowToolM]);
    const isOver = Math.abs(u) < sizeM[0] / 2 && Math.abs(v) < sizeM[1] / 2;
    if (isOver && aboveM < 0 && aboveM > -carried.belowToolM) return aboveM * stiffnessNpm;
  }
  return 0;
}
