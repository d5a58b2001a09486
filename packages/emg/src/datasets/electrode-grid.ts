/** Where the electrodes of a grid are, and which channels they are. */
export interface ElectrodeGrid {
  readonly name: string;
  /** Distance between neighbours, mm; undefined where it is not published. */
  readonly pitchMm: { readonly alongRows: number; readonly alongColumns: number } | undefined;
  /** `[row][column]`: index of the channel, or undefined where there is no electrode. */
  readonly channels: readonly (readonly (number | undefined)[])[];
}

/** Where an electrode is. */
export interface ElectrodePlace {
  readonly grid: ElectrodeGrid;
  readonly row: number;
  readonly column: number;
}

/** Makes a grid whose channels run along the rows, from `firstChannel`. */
function byRows(
  name: string,
  rows: number,
  columns: number,
  pitchMm: ElectrodeGrid['pitchMm'],
  firstChannel = 0,
): ElectrodeGrid {
  const channels = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => firstChannel + row * columns + column),
  );
  return { name, pitchMm, channels };
}

/** Makes a grid from its columns, each from the first row to the last. */
function byColumns(
  name: string,
  pitchMm: ElectrodeGrid['pitchMm'],
  columns: readonly (readonly (number | undefined)[])[],
): ElectrodeGrid {
  const rowCount = columns[0]?.length ?? 0;
  const channels = Array.from({ length: rowCount }, (_, row) => columns.map((column) => column[row]));
  return { name, pitchMm, channels };
}

function count(from: number, to: number): readonly number[] {
  const step = from <= to ? 1 : -1;
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => from + step * i);
}

/** The sleeve of the synthetic forearm: 4 rings of 16 around it. */
export const sleeveGrid = byRows('sleeve', 4, 16, undefined);

/** OT Bioelettronica GR10MM0808: 8x8, 10 mm. */
export const gr10mm0808 = byRows('GR10MM0808', 8, 8, { alongRows: 10, alongColumns: 10 });

/** OT Bioelettronica GR08MM1305 and GR04MM1305: 13x5 in serpentine order, without its first corner. */
export function gr1305(pitchMm: 4 | 8): ElectrodeGrid {
  return byColumns(`GR0${pitchMm}MM1305`, { alongRows: pitchMm, alongColumns: pitchMm }, [
    [undefined, ...count(0, 11)],
    count(24, 12),
    count(25, 37),
    count(50, 38),
    count(51, 63),
  ]);
}

/**
 * CapgMyo: eight modules of 8x2 around the forearm make 16 columns of 8; channels run along the forearm.
 * @see Geng et al. 2016, Scientific Reports 6:36571
 */
export const capgmyoGrid = byColumns(
  'CapgMyo 8x16',
  { alongRows: 7.5, alongColumns: 10.05 },
  Array.from({ length: 16 }, (_, column) => count(column * 8, column * 8 + 7)),
);

/** FlexWear-HD: 64 electrodes whose places are not published; drawn 8x8 as EMGBench does. */
export const flexwearGrid = byRows('FlexWear-HD 8x8', 8, 8, undefined);

/** Grids of 64 electrodes that a source may name. */
const namedGrids: Readonly<Record<string, ElectrodeGrid>> = {
  sleeve: sleeveGrid,
  gr10mm0808,
  gr08mm1305: gr1305(8),
  gr04mm1305: gr1305(4),
};

/** Names of grids, for a setting; empty says nothing. */
export const gridNames: readonly string[] = ['', ...Object.keys(namedGrids)];

/**
 * Returns the grid of a name.
 *
 * @param name - one of {@link gridNames}; empty takes the sleeve when there are as many channels
 * @param channelCount - of the source
 * @returns undefined when it is not known where the electrodes are
 */
export function gridNamed(name: string, channelCount: number): ElectrodeGrid | undefined {
  const grid = namedGrids[name === '' ? 'sleeve' : name];
  return grid?.channels.flat().filter((channel) => channel !== undefined).length === channelCount
    ? grid
    : undefined;
}

/**
 * Hyser: four grids of 8x8, 10 mm, on the extensors and flexors, distal and proximal: ED, EP, FD, FP.
 *
 * @param names - one a channel, `ED-8-8`: grid, row and column from 1
 * @returns undefined when the names are of another form
 */
export function hyserGrids(names: readonly string[]): readonly ElectrodeGrid[] | undefined {
  const grids = new Map<string, (number | undefined)[][]>();
  for (const [channel, name] of names.entries()) {
    const [, grid = '', row = '', column = ''] = /^([A-Z]{2})-([1-8])-([1-8])$/.exec(name) ?? [];
    if (grid === '') return undefined;
    if (!grids.has(grid))
      grids.set(
        grid,
        Array.from({ length: 8 }, () => Array(8).fill(undefined)),
      );
    const rows = grids.get(grid) as (number | undefined)[][];
    (rows[Number(row) - 1] as (number | undefined)[])[Number(column) - 1] = channel;
  }
  const pitchMm = { alongRows: 10, alongColumns: 10 };
  return [...grids].map(([name, channels]) => ({ name, pitchMm, channels }));
}

/** Returns where a channel's electrode is, or undefined when it is in none of the grids. */
export function placeOf(grids: readonly ElectrodeGrid[], channel: number): ElectrodePlace | undefined {
  for (const grid of grids) {
    for (const [row, columns] of grid.channels.entries()) {
      const column = columns.indexOf(channel);
      if (column >= 0) return { grid, row, column };
    }
  }
  return undefined;
}
