import type { LoadingManager, Material, Object3D } from 'three';
import URDFLoader from 'urdf-loader';

/** A robot as urdf-loader builds it; the robot object is its root link, and every other link hangs below its joint. */
export interface UrdfFigure extends Object3D {
  readonly links: Readonly<Record<string, Object3D>>;
  readonly joints: Readonly<Record<string, Object3D & { readonly limit: { lower: number; upper: number } }>>;
}

/** The part of urdf-loader's class used here; its own declarations do not resolve under Node's module rules. */
interface Loader {
  loadMeshCb: (
    path: string,
    manager: LoadingManager,
    material: Material,
    done: (mesh: Object3D) => void,
  ) => void;
  parse(urdf: string): UrdfFigure;
}

/**
 * Builds a robot from URDF text.
 * @param loadMesh - fetches a mesh that the text names, e.g. `package://arm/meshes/base.stl`
 */
export function parseUrdf(urdf: string, loadMesh: Loader['loadMeshCb']): UrdfFigure {
  const loader = new (URDFLoader as unknown as new () => Loader)();
  loader.loadMeshCb = loadMesh;
  return loader.parse(urdf);
}
