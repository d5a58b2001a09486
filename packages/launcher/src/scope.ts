/** A delay that a timer puts before what is inside it. */
export interface TimerWait {
  readonly ms: number;
  /** `ros`: on the ROS clock, which follows `/clock` when the launch file sets `set_use_sim_time`. */
  readonly clock: 'wall' | 'ros';
  /** Whether a shutdown of the launch ends the wait, so that nothing follows. */
  readonly cancelOnShutdown: boolean;
}

/** One entry of the parameters for every node in scope: a value, as written and as YAML, or a file. */
type ScopeParameter =
  | { readonly name: string; readonly value: string; readonly yaml: string }
  | { readonly file: string };

/** What elements may change and `<group>` restores. */
export class Scope {
  /** `ros_namespace`, `launch-prefix`, `sigterm_timeout` and such are variables like others, as in launch. */
  readonly variables: Map<string, string>;
  readonly environment: Map<string, string>;
  readonly parameters: ScopeParameter[];
  readonly remaps: [string, string][];
  /** Delays of the timers around, outermost first. */
  readonly waits: readonly TimerWait[];

  constructor(from?: Scope, wait?: TimerWait) {
    this.variables = new Map(from?.variables);
    this.environment = new Map(from?.environment);
    this.parameters = [...(from?.parameters ?? [])];
    this.remaps = [...(from?.remaps ?? [])];
    const waits = from?.waits ?? [];
    this.waits = wait === undefined ? waits : [...waits, wait];
  }

  /** Forgets variables, namespace, parameters and remaps, except for `kept` variables. */
  reset(kept: ReadonlyMap<string, string>): void {
    this.variables.clear();
    for (const [name, value] of kept) this.variables.set(name, value);
    this.parameters.length = 0;
    this.remaps.length = 0;
  }

  resetEnvironment(environment: Readonly<Record<string, string | undefined>>): void {
    this.environment.clear();
    for (const [name, value] of Object.entries(environment))
      if (value !== undefined) this.environment.set(name, value);
  }

  /** What differs from the launcher's own environment; undefined takes a variable away. */
  environmentChanges(own: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
    const changes: Record<string, string | undefined> = {};
    for (const [name, value] of this.environment) if (own[name] !== value) changes[name] = value;
    for (const name of Object.keys(own)) if (!this.environment.has(name)) changes[name] = undefined;
    return changes;
  }
}

/** Variable that holds the namespace, as in launch_ros. */
export const namespaceVariable = 'ros_namespace';

/** Appends a namespace; an absolute one replaces. Neither: undefined. The result is absolute. */
export function joinNamespace(base: string | undefined, added: string | undefined): string | undefined {
  if (base === undefined && added === undefined) return undefined;
  const joined =
    added === undefined
      ? (base as string)
      : base === undefined || base === '' || added.startsWith('/')
        ? added
        : `${base === '/' ? '' : base}/${added}`;
  const trimmed = joined === '/' ? joined : joined.replace(/\/+$/, '');
  return trimmed.startsWith('/') ? trimmed : `/${trimmed}`;
}

/** Checks a full namespace. @throws {Error} with a reason; the caller adds the place */
export function checkNamespace(namespace: string): void {
  if (namespace !== '/' && !/^(\/[A-Za-z_][A-Za-z0-9_]*)+$/.test(namespace))
    throw new Error(
      `"${namespace}" is no namespace: words of letters, digits and "_", divided by "/", none beginning with a digit`,
    );
}

/** Checks a node's name. @throws {Error} with a reason; the caller adds the place */
export function checkNodeName(name: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new Error(`"${name}" is no node name: letters, digits and "_", not beginning with a digit`);
}
