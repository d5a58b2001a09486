/** Electrodes of the sleeve: rings about the forearm, ring 0 proximal; channel = ring * columns + column. */
export const sleeveShape = { rings: 4, columns: 16 } as const;

/** Returns the up to eight electrodes around each one, `[channel]`; columns close around the forearm. */
export function sleeveNeighbours(): readonly (readonly number[])[] {
  const { rings, columns } = sleeveShape;
  return Array.from({ length: rings * columns }, (_, channel) => {
    const ring = Math.floor(channel / columns);
    return [-1, 0, 1].flatMap((up) =>
      [-1, 0, 1].flatMap((along) => {
        if ((up === 0 && along === 0) || ring + up < 0 || ring + up >= rings) return [];
        return [(ring + up) * columns + ((channel + along + columns) % columns)];
      }),
    );
  });
}
