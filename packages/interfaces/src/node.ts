export { loadAmentInterfaces } from './ament.ts';
export { typeHash } from './type-hash.ts';
