import { createSocket, type Socket } from 'node:dgram';
import type { Server } from 'node:net';

/** Where everybody listens for queries by default. */
export const discoveryPort = 16_571;

/** First ports that an outlet tries for its data and its service; known peers are asked on all of them. */
export const servicePorts: readonly number[] = Array.from({ length: 32 }, (_, i) => 16_572 + i);

/** Tries the ports that peers ask, then any port. */
const candidatePorts = [...servicePorts, 0];

/** Opens a UDP socket on the first free port that peers ask. */
export async function bindServiceSocket(host: string): Promise<Socket> {
  for (const port of candidatePorts) {
    const socket = createSocket({ type: 'udp4' });
    if (await binds(socket, host, port)) return socket;
  }
  throw new Error(`no free UDP port at ${host}`);
}

/** Opens a UDP socket on a port that others share; undefined when the address cannot be had. */
export async function bindSharedSocket(host: string, port: number): Promise<Socket | undefined> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  return (await binds(socket, host, port)) ? socket : undefined;
}

/** Has a TCP server listen on the first free port that peers ask. */
export async function listenOnServicePort(server: Server, host: string): Promise<void> {
  for (const port of candidatePorts) {
    const isListening = await new Promise<boolean>((resolve) => {
      const refuse = () => resolve(false);
      server.once('error', refuse);
      server.listen({ host, port, exclusive: true }, () => {
        server.off('error', refuse);
        resolve(true);
      });
    });
    if (isListening) return;
  }
  throw new Error(`no free TCP port at ${host}`);
}

function binds(socket: Socket, host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const refuse = () => {
      socket.close();
      resolve(false);
    };
    socket.once('error', refuse);
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', refuse);
      resolve(true);
    });
  });
}
