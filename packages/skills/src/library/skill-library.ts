import { isMapped } from '../mapping/mapping-schema.ts';
import type { SkillMapping } from '../mapping/skill-mapping.ts';
import { close, open } from './articulate.ts';
import { type Grasp, graspByMotion, graspByPolicy } from './grasp.ts';
import { look } from './look.ts';
import { mappedSkill } from './mapped.ts';
import { navigate } from './navigate.ts';
import { offer } from './offer.ts';
import { pickWith } from './pick.ts';
import { placeIn } from './place-in.ts';
import { placeOn } from './place-on.ts';
import { press } from './press.ts';
import type { SkillImplementation } from './skill.ts';
import { stow } from './stow.ts';
import { wipe } from './wipe.ts';

/** Implementations of the skills that a robot's mapping offers, by name. */
export function implementationsOf(mapping: SkillMapping): ReadonlyMap<string, SkillImplementation> {
  const all: Readonly<Record<string, SkillImplementation>> = {
    navigate,
    look,
    pick: pickWith(graspOf(mapping)),
    'place-on': placeOn,
    'place-in': placeIn,
    open,
    close,
    press,
    wipe,
    offer,
    stow,
  };
  const chosen = Object.entries(mapping.skills);
  return new Map([
    ...Object.entries(all).filter(([name]) => name in mapping.skills && !isMapped(mapping.skills[name]!)),
    ...chosen.flatMap(([name, backend]) =>
      isMapped(backend) ? [[name, mappedSkill(mapping.contracts[name]!, backend)] as const] : [],
    ),
  ]);
}

/** How the robot grasps: by the policy that its mapping names, else by planned motion. */
function graspOf({ skills: { pick } }: SkillMapping): Grasp {
  return pick?.backend === 'policy' ? graspByPolicy(pick.policy) : graspByMotion;
}
