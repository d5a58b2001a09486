import type { Rng } from '@efferent/core';
import { type GestureName, gestureNames, type SyntheticForearm, type VirtualPerson } from '@efferent/emg';

/** Something that muscles or sleeve do and that no robot is meant by. */
export interface DayEvent {
  readonly kind: 'talking' | 'transfer' | 'spasm' | 'rest';
  /** Before it the sleeve was quiet for so long, s; it is not simulated. */
  readonly quietS: number;
  /** The robot was in use up to a moment before: gestures are armed and the motion of a mode is at hand. */
  readonly isInUse: boolean;
  /** The hand of the robot is within half a metre of the head. */
  readonly isNearHead: boolean;
  readonly durationS: number;
  /** Starts it, and ends it after `durationS`. */
  begin(forearm: SyntheticForearm): void;
  end(forearm: SyntheticForearm): void;
}

/** A day in eight hours, in the order of the clock: how often, how long and how strong are our choice. */
const hours = 8;
const talkingHours = 3;
const talkingEveryS = 30;
const transfers = 4;
const transferS = 90;
const transferEveryS = 4;
/** Spasms an hour of somebody whose anatomy has none: the day asks everybody for some. */
const leastSpasmsPerHour = 4;
/** Of talking and of spasms, so much happens while the robot is in use; transfers never do. */
const inUseShares = { talking: 0.1, spasm: 0.25, transfer: 0, rest: 0 } as const;
/** Plain rest that is simulated to see that it is one, in pieces, s. */
const restPieces = 6;
const restPieceS = 20;

export const dayDescription = {
  hours,
  talking: `${talkingHours} h with a movement of the forearm every ${talkingEveryS} s: any gesture, effort 0.02 to 0.25, 0.3 to 1.5 s`,
  transfers: `${transfers} of ${transferS} s, every ${transferEveryS} s a pull at the cables (0.2 to 3 mV), a tightening of all muscles or of some (effort 0.1 to 0.7)`,
  spasms: `the person's own rate, at least ${leastSpasmsPerHour} an hour: 1 to 10 s, strength 0.2 to 1`,
  inUse: inUseShares,
  compressed: 'stretches in which no muscle does anything are skipped, but for two minutes of plain rest',
};

/** Draws the events of one person's day. */
export function drawDay(person: VirtualPerson, rng: Rng): readonly DayEvent[] {
  const many = (count: number, draw: () => DayEvent) => Array.from({ length: count }, draw);
  const spasmCount = Math.round(hours * Math.max(leastSpasmsPerHour, person.spasmsPerHour));
  return rng.shuffle([
    ...many(Math.round((talkingHours * 3600) / talkingEveryS), () => talking(rng)),
    ...many(Math.round((transfers * transferS) / transferEveryS), () => transfer(rng)),
    ...many(spasmCount, () => spasm(rng)),
    ...many(restPieces, () => ({
      ...common('rest', rng, 60),
      durationS: restPieceS,
      begin: nothing,
      end: nothing,
    })),
  ]);
}

const nothing = () => undefined;
const relax = (forearm: SyntheticForearm) => forearm.perform('rest', 0);

function common(kind: DayEvent['kind'], rng: Rng, quietS: number) {
  const isInUse = rng.chance(inUseShares[kind]);
  return { kind, isInUse, isNearHead: rng.chance(0.5), quietS: isInUse ? 0 : quietS };
}

function talking(rng: Rng): DayEvent {
  const gesture = rng.pick(gestureNames.filter((name) => name !== 'rest')) as GestureName;
  const effort = rng.range(0.02, 0.25);
  return {
    ...common('talking', rng, talkingEveryS),
    durationS: rng.range(0.3, 1.5),
    begin: (forearm) => forearm.perform(gesture, effort),
    end: relax,
  };
}

function transfer(rng: Rng): DayEvent {
  const effort = rng.range(0.1, 0.7);
  const gesture = rng.pick(gestureNames.filter((name) => name !== 'rest')) as GestureName;
  const pullUv = rng.range(200, 3000);
  const what = rng.integer(3);
  return {
    ...common('transfer', rng, transferEveryS),
    durationS: rng.range(0.5, 3),
    begin: (forearm) => {
      if (what === 0) forearm.knock(pullUv);
      else if (what === 1) forearm.coContract(effort);
      else forearm.perform(gesture, effort);
    },
    end: relax,
  };
}

function spasm(rng: Rng): DayEvent {
  const durationS = rng.range(1, 10);
  const strength = rng.range(0.2, 1);
  return {
    ...common('spasm', rng, 600),
    durationS,
    begin: (forearm) => forearm.spasm(durationS, strength),
    end: nothing,
  };
}
