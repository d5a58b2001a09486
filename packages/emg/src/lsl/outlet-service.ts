import type { RemoteInfo, Socket } from 'node:dgram';
import { lslNowS } from './lsl-clock.ts';
import { bindServiceSocket, bindSharedSocket, discoveryPort, servicePorts } from './ports.ts';
import { formatStreamInfo, type LslStreamInfo } from './stream-info.ts';

const loopback = '127.0.0.1';

/** Answers who asks what streams there are and what time it is here. */
export class OutletService {
  readonly port: number;
  readonly #service: Socket;
  readonly #discovery: Socket | undefined;
  #info: LslStreamInfo | undefined;
  #matches: (query: string) => boolean = () => false;

  /** @param host - address to listen on */
  static async open(host: string): Promise<OutletService> {
    return new OutletService(await bindServiceSocket(host), await bindSharedSocket(host, discoveryPort));
  }

  private constructor(service: Socket, discovery: Socket | undefined) {
    this.port = service.address().port;
    this.#service = service;
    this.#discovery = discovery;
    service.on('message', (message, from) => this.#answer(message, from));
    service.on('error', () => undefined);
    discovery?.on('message', (message, from) => this.#passOn(message, from));
    discovery?.on('error', () => undefined);
  }

  /** Answers for this stream from now on. */
  serve(info: LslStreamInfo, matches: (query: string) => boolean): void {
    this.#info = info;
    this.#matches = matches;
  }

  close(): void {
    this.#service.close();
    this.#discovery?.close();
  }

  #answer(message: Buffer, from: RemoteInfo): void {
    const receivedS = lslNowS();
    const [method = '', ...lines] = message.toString('utf8').split('\n');
    if (method.trim() === 'LSL:timedata') this.#answerTime(lines, receivedS, from);
    if (method.trim() === 'LSL:shortinfo') this.#answerQuery(lines, from);
  }

  #answerTime([line = '']: readonly string[], receivedS: number, from: RemoteInfo): void {
    const [wave = '', sent = ''] = line.trim().split(/\s+/);
    if (!Number.isFinite(Number(wave)) || !Number.isFinite(Number(sent)) || sent === '') return;
    this.#send(` ${wave} ${sent} ${receivedS} ${lslNowS()}`, from.port, from.address);
  }

  #answerQuery([query = '', returnLine = '']: readonly string[], from: RemoteInfo): void {
    const [port = '', queryId = ''] = returnLine.trim().split(/\s+/);
    if (this.#info === undefined || !isPort(Number(port)) || !this.#matches(query.trim())) return;
    this.#send(`${queryId}\r\n${formatStreamInfo(this.#info, false)}`, Number(port), from.address);
  }

  /**
   * Of all who share the discovery port of the loopback only one gets a query: it passes it on to every outlet of this
   * machine, which answer on their own.
   */
  #passOn(message: Buffer, from: RemoteInfo): void {
    if (!from.address.startsWith('127.')) {
      this.#answer(message, from);
      return;
    }
    if (!message.subarray(0, 13).equals(Buffer.from('LSL:shortinfo'))) return;
    for (const port of servicePorts) this.#send(message, port, loopback);
    if (!servicePorts.includes(this.port)) this.#answer(message, from);
  }

  #send(message: string | Buffer, port: number, host: string): void {
    // Who asked may be gone; datagrams promise nothing.
    this.#service.send(message, port, host, () => undefined);
  }
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}
