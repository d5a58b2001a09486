import { connect } from 'node:net';
import { secondsToNs } from '@efferent/core';
import type { EmgFrame, EmgSource, EmgSourceDescription } from '../emg-source.ts';
import type { EmgSourceContext } from '../emg-source-kind.ts';
import { DeviceLink } from './device-link.ts';
import {
  type QuattrocentoSettings,
  quattrocentoLayout,
  startConfiguration,
  stopConfiguration,
} from './quattrocento-protocol.ts';

/** Frames a second. */
const framesPerSecond = 80;
/** The device is called again after this long, and a call that is not answered is given up, s. */
const callAgainS = 1;

/** A Quattrocento: the computer calls the device, sends the settings, and is sent samples. */
export class QuattrocentoSource implements EmgSource {
  readonly description: EmgSourceDescription;
  readonly #settings: QuattrocentoSettings;
  readonly #host: string;
  readonly #port: number;
  readonly #context: EmgSourceContext;
  readonly #link: DeviceLink;
  #onFrame: (frame: EmgFrame) => void = () => undefined;
  #caller: { cancel(): void } | undefined;
  /** Gives up the call that is under way. */
  #hangUp: (() => void) | undefined;

  /**
   * @param wearer - names the calibration together with the device
   * @throws {@link ConfigurationError} code `invalid-setting` for inputs that do not exist
   */
  constructor(
    settings: QuattrocentoSettings,
    host: string,
    port: number,
    wearer: string,
    context: EmgSourceContext,
  ) {
    this.#settings = settings;
    this.#host = host;
    this.#port = port;
    this.#context = context;
    const layout = quattrocentoLayout(settings.inputs);
    const { sampleRateHz } = settings;
    const frameSamples = Math.ceil(sampleRateHz / framesPerSecond);
    const channelCount = layout.electrodesAt.length;
    this.description = { id: `quattrocento-${wearer}`, sampleRateHz, channelCount, frameSamples };
    this.#link = new DeviceLink({ layout, sampleRateHz, frameSamples }, context, {
      onFrame: (frame) => this.#onFrame(frame),
      onLost: () => this.#callLater(),
    });
  }

  async start(onFrame: (frame: EmgFrame) => void): Promise<void> {
    this.#onFrame = onFrame;
    this.#context.onLink({ state: 'connecting', reason: `calling ${this.#host}:${this.#port}` });
    this.#call();
  }

  async stop(): Promise<void> {
    this.#onFrame = () => undefined;
    this.#caller?.cancel();
    this.#hangUp?.();
    await this.#link.finish(stopConfiguration());
  }

  #call(): void {
    const socket = connect(this.#port, this.#host);
    const giveUp = (reason: string) => {
      if (this.#hangUp === undefined) return;
      this.#hangUp();
      this.#context.onLink({ state: 'reconnecting', reason: `${this.#host}:${this.#port}: ${reason}` });
      this.#callLater();
    };
    this.#hangUp = () => {
      this.#hangUp = undefined;
      timer.cancel();
      socket.destroy();
    };
    const timer = this.#context.every(secondsToNs(callAgainS), () => giveUp('no answer'));
    socket.on('error', (error) => giveUp(error.message));
    socket.on('connect', () => {
      this.#hangUp = undefined;
      timer.cancel();
      this.#link.attach(socket, `Quattrocento at ${this.#host}`);
      socket.write(startConfiguration(this.#settings));
    });
  }

  #callLater(): void {
    this.#caller?.cancel();
    this.#caller = this.#context.every(secondsToNs(callAgainS), () => {
      this.#caller?.cancel();
      this.#call();
    });
  }
}
