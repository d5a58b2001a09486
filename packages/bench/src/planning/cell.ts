import type { Ablation, PlannerName } from '@efferent/agent';

/** Levels of the benchmark, from what always works to what has physics and pictures. */
export type Level = 'oracle' | 'measured' | 'full';

/** One way of running tasks: what is compared. */
export interface Cell {
  readonly planner: PlannerName;
  /** Parts of the planner that are switched off. */
  readonly without: readonly Ablation[];
  /** Multiplies the fitted error rates of the emulator; 0 takes the reasoner itself. */
  readonly scale: number;
  /** Chance that the emulator repeats an error for the same task. */
  readonly persistence: number;
  /** Replanning rounds that a task may take. */
  readonly rounds: number;
  readonly level: Level;
}

/** Rounds that the agent may take when nobody says otherwise. */
export const usualRounds = 8;

/** Names the planner and what it goes without. */
export const armOf = ({ planner, without }: Pick<Cell, 'planner' | 'without'>): string =>
  [planner, ...without.map((part) => `-${part}`)].join('');

/** Writes a cell in the form of the tallies, e.g. `hybrid x1 p0.5 r8 measured`. */
export const formatCell = (cell: Cell): string =>
  `${armOf(cell)} x${cell.scale} p${cell.persistence} r${cell.rounds} ${cell.level}`;

const cellPattern = /^([a-z-]+?(?:-[a-z]+)*) x([\d.]+) p([\d.]+) r(\d+) (oracle|measured|full)$/;

/** What {@link formatCell} wrote, with the arm as one word. */
export interface CellName {
  readonly arm: string;
  readonly scale: number;
  readonly persistence: number;
  readonly rounds: number;
  readonly level: Level;
}

/** Reads what {@link formatCell} wrote; undefined for anything else. */
export function parseCell(text: string): CellName | undefined {
  const match = cellPattern.exec(text);
  if (match === null) return undefined;
  const [, arm, scale, persistence, rounds, level] = match;
  return {
    arm: arm!,
    scale: Number(scale),
    persistence: Number(persistence),
    rounds: Number(rounds),
    level: level as Level,
  };
}
