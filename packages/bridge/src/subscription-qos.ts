interface OfferedQos {
  readonly reliability: 'reliable' | 'best-effort';
  readonly durability: 'volatile' | 'transient-local';
}

interface RequestedQos extends OfferedQos {
  readonly history: 'keep-last';
  readonly depth: number;
}

/**
 * Chooses the quality of service that matches every publisher of a topic: reliable, or transient local, only when all of
 * them offer it.
 */
export function requestQosFor(offered: readonly OfferedQos[]): RequestedQos {
  const isReliable = offered.length > 0 && offered.every(({ reliability }) => reliability === 'reliable');
  const isLatched = isReliable && offered.every(({ durability }) => durability === 'transient-local');
  return {
    history: 'keep-last',
    depth: isLatched || isReliable ? 100 : 5,
    reliability: isReliable ? 'reliable' : 'best-effort',
    durability: isLatched ? 'transient-local' : 'volatile',
  };
}
