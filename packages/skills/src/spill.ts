/** Class under which a detector reports what is to be wiped: it is seen, has no height, and nobody can take hold of it. */
export const spillClass = 'spill';
