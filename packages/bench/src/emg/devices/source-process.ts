import { createSocket } from 'node:dgram';
import { steadyWallClock, systemWallClock } from '@efferent/core';
import { loadEmgSourceKind, settingsFrom, wallTicker } from '@efferent/emg';

/**
 * Our source of the Sessantaquattro+ in a process of its own: every frame goes to a UDP port as float32 microvolt, so that it is
 * measured as LibEMG's streamer is. `source-process.ts UDP_PORT TCP_PORT`
 */
const [udpPort, tcpPort] = process.argv.slice(2).map(Number);
const socket = createSocket('udp4');
const kind = await loadEmgSourceKind('sessantaquattro');
const source = await kind.open(settingsFrom('sessantaquattro', kind, { port: tcpPort as number }), {
  clock: systemWallClock,
  steadyClock: steadyWallClock,
  every: wallTicker,
  onLink: ({ state, reason }) => process.stdout.write(`${state}: ${reason}\n`),
  signal: new AbortController().signal,
});
await source.start(({ samplesUv }) => {
  socket.send(new Uint8Array(samplesUv.slice().buffer), udpPort as number, '127.0.0.1');
});
process.on('SIGTERM', () => void source.stop().then(() => process.exit(0)));
