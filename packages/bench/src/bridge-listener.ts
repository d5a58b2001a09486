/**
 * A client of the bridge that subscribes to every channel it is offered; `bench realtime` runs it as a process.
 *
 * Usage: `bridge-listener.ts PORT`; when its standard input ends it prints one JSON line of what it received.
 */
const port = process.argv[2] ?? '8765';
const counts = { messages: 0, bytes: 0, topics: 0 };
let socket: WebSocket | undefined;
let nextSubscription = 1;

interface Advertisement {
  readonly op: string;
  readonly channels?: readonly { readonly id: number; readonly topic: string }[];
}

function connect(): void {
  socket = new WebSocket(`ws://127.0.0.1:${port}/`, ['foxglove.sdk.v1', 'foxglove.websocket.v1']);
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data === 'string') subscribeTo(JSON.parse(data) as Advertisement);
    else {
      counts.messages++;
      counts.bytes += data.byteLength;
    }
  });
  // The bridge may still be starting, or be started again by its supervisor.
  socket.addEventListener('close', () => setTimeout(connect, 500));
}

function subscribeTo(message: Advertisement): void {
  if (message.op !== 'advertise' || message.channels === undefined) return;
  const subscriptions = message.channels.map(({ id }) => ({ id: nextSubscription++, channelId: id }));
  counts.topics += subscriptions.length;
  socket?.send(JSON.stringify({ op: 'subscribe', subscriptions }));
}

connect();
process.stdin.resume();
process.stdin.on('end', () => {
  process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit(0));
});
