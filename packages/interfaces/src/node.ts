export { loadAmentInterfaces } from './ament.ts';
export { typeDescription, typeSources } from './type-description.ts';
export { typeHash } from './type-hash.ts';
