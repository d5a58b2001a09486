import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describeError, MiddlewareError } from '@efferent/core/errors';

declare const endpointBrand: unique symbol;

/** A reader or writer inside the addon. */
export type EndpointHandle = { readonly [endpointBrand]: true };

declare const heldBrand: unique symbol;

/** A sample that waits to be sent, outside JavaScript's memory. */
export type HeldSample = { readonly [heldBrand]: true };

export interface NativeEndpointOptions {
  readonly id?: number;
  readonly topic: string;
  readonly type: string;
  readonly reliable: boolean;
  readonly transientLocal: boolean;
  readonly keepAll: boolean;
  readonly depth: number;
  readonly lifespanMs?: number;
  readonly userData: string;
}

/** An endpoint as DDS discovery describes it. */
export interface EndpointDescription {
  /** 16 bytes. */
  readonly guid: Uint8Array;
  /** 16 bytes. */
  readonly participantGuid: Uint8Array;
  readonly topic: string;
  readonly type: string;
  readonly reliable: boolean;
  readonly transientLocal: boolean;
  readonly keepAll: boolean;
  readonly depth: number;
  /** 0 for samples that live forever. */
  readonly lifespanMs: number;
  readonly userData: string;
}

export interface MatchedEndpoint extends EndpointDescription {
  readonly handle: bigint;
}

export type GraphSide = 'publications' | 'subscriptions';

/** The functions of `native/addon.c`; see there for what each does. */
export interface Binding {
  readonly cycloneVersion: string;
  setReadyCallback(ids: Int32Array, callback: (count: number) => void): void;
  holdProcess(hold: boolean): void;
  createParticipant(domainId: number, configXml: string, userData: string): number;
  deleteParticipant(participant: number): void;
  createWriter(participant: number, options: NativeEndpointOptions): EndpointHandle;
  createReader(participant: number, options: NativeEndpointOptions): EndpointHandle;
  createDiscoveryReader(participant: number, side: GraphSide, id: number): EndpointHandle;
  deleteEndpoint(endpoint: EndpointHandle): void;
  hold(writer: EndpointHandle, bytes: Uint8Array): HeldSample;
  write(writer: EndpointHandle, sample: Uint8Array | HeldSample): boolean;
  flush(writer: EndpointHandle): void;
  take(reader: EndpointHandle, layout: Int32Array, writers: BigUint64Array): ArrayBuffer[] | undefined;
  guid(entity: EndpointHandle | number): Uint8Array;
  instanceHandle(endpoint: EndpointHandle): bigint;
  matched(endpoint: EndpointHandle, side: GraphSide): MatchedEndpoint[];
  discovered(reader: EndpointHandle): EndpointDescription[];
  forgetLost(reader: EndpointHandle): void;
  close(): void;
}

const addonUrl = new URL('../build/cyclonedds.node', import.meta.url);
let loaded: Binding | undefined;

/**
 * Loads the addon that `scripts/build.mjs` built.
 *
 * @throws {@link MiddlewareError} `cyclonedds-not-built` or `cyclonedds-not-loadable`
 */
export function loadBinding(): Binding {
  if (loaded) return loaded;
  if (!existsSync(addonUrl)) {
    throw new MiddlewareError({
      code: 'cyclonedds-not-built',
      message: 'the Cyclone DDS addon is not built: run node packages/cyclonedds/scripts/build.mjs',
    });
  }
  try {
    loaded = createRequire(import.meta.url)(addonUrl.pathname) as Binding;
  } catch (cause) {
    throw new MiddlewareError({
      code: 'cyclonedds-not-loadable',
      message: `the Cyclone DDS addon does not load: ${describeError(cause)}. Is the package cyclonedds-dev (0.10.x) still installed?`,
      cause,
    });
  }
  // process.exit() and signals skip the addon's clean-up hook; without this, peers see a ghost for 10 s.
  process.on('exit', () => loaded?.close());
  return loaded;
}

/** Says in one line why the addon cannot be used here; undefined when it can. */
export function cycloneDdsProblem(): string | undefined {
  try {
    loadBinding();
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

/** Version of the Cyclone DDS headers on this machine; undefined where they are not installed. */
export function installedCycloneDds(): string | undefined {
  const { CYCLONEDDS_HOME } = process.env;
  const roots = [
    '/usr/include',
    '/usr/local/include',
    ...(CYCLONEDDS_HOME ? [`${CYCLONEDDS_HOME}/include`] : []),
  ];
  const header = roots.map((root) => `${root}/dds/version.h`).find((path) => existsSync(path));
  return header && /#define DDS_VERSION "([^"]+)"/.exec(readFileSync(header, 'utf8'))?.[1];
}

/** Version of the Cyclone DDS headers that the addon was built against. @throws as {@link loadBinding} */
export function cycloneDdsVersion(): string {
  return loadBinding().cycloneVersion;
}
