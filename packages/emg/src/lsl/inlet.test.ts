import { createServer, type Socket } from 'node:net';
import { describeError } from '@efferent/core';
import { expect, onTestFinished, test } from 'vitest';
import { LslInlet } from './inlet.ts';
import { LslOutlet } from './outlet.ts';

const { signal } = new AbortController();
const nothing = () => undefined;
const info = {
  name: 'arm',
  type: 'EMG',
  channelCount: 2,
  channelFormat: 'float32' as const,
  nominalRateHz: 100,
  sourceId: 'arm',
  channels: [],
  uid: 'uid-1',
  hostname: 'here',
  sessionId: 'default',
  version: 110,
  createdAtS: 0,
  address: '127.0.0.1',
  dataPort: 0,
  servicePort: 0,
};

/** What a feed of two float channels sends first, as liblsl does: stamps of 123456.789 and 4, -5 and 2, -3. */
const patterns = Buffer.from(
  `02${'c976be9f0c24fe40'}${'00008040'}${'0000a0c0'}02${'c976be9f0c24fe40'}${'00000040'}${'000040c0'}`,
  'hex',
);
const granted = 'LSL/110 200 OK\r\nUID: uid-1\r\nByte-Order: 1234\r\nData-Protocol-Version: 110\r\n\r\n';

/** A server that says what it is told to whoever asks; resolves to the request and to how the inlet fared. */
async function meet(
  answer: (socket: Socket) => void,
  timeoutMs = 2000,
): Promise<{ request: string; outcome: string }> {
  let request = '';
  const server = createServer((socket) => {
    socket.on('error', nothing);
    socket.on('data', (bytes) => {
      request += String(bytes);
      if (request.endsWith('\r\n\r\n')) answer(socket);
    });
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  try {
    const inlet = await LslInlet.open(
      { ...info, dataPort: port },
      { bufferSamples: 50, timeoutMs, signal, onSample: nothing, onClosed: nothing },
    );
    inlet.close();
    return { request, outcome: 'open' };
  } catch (error) {
    return { request, outcome: describeError(error) };
  }
}

test('the request is what liblsl expects, and test patterns open the feed', async () => {
  const { request, outcome } = await meet((socket) =>
    socket.write(Buffer.concat([Buffer.from(granted), patterns])),
  );
  expect(outcome).toBe('open');
  expect(request).toBe(
    [
      'LSL:streamfeed/110 uid-1',
      'Native-Byte-Order: 1234',
      'Endian-Performance: 0',
      'Has-IEEE754-Floats: 1',
      'Supports-Subnormals: 1',
      'Value-Size: 4',
      'Data-Protocol-Version: 110',
      'Max-Buffer-Length: 50',
      'Max-Chunk-Length: 0',
      'Hostname: here',
      'Source-Id: arm',
      'Session-Id: default',
      '\r\n',
    ].join('\r\n'),
  );
});

test('a feed that arrives byte by byte opens too', async () => {
  const { outcome } = await meet((socket) => {
    socket.setNoDelay(true);
    for (const byte of Buffer.concat([Buffer.from(granted), patterns])) socket.write(Buffer.of(byte));
  });
  expect(outcome).toBe('open');
});

test.each([
  ['bytes in another order than the header says', granted.replace('1234', '4321'), 'test pattern differs'],
  ['a stream that is gone', 'LSL/110 404 Not found', '404'],
  ['a protocol that is newer', 'LSL/110 505 Version not supported', '505'],
  ['another stream in its place', granted.replace('uid-1', 'uid-2'), 'another stream'],
  ['an older data protocol', granted.replace('Version: 110', 'Version: 100'), 'data protocol 100'],
  ['a header without an end', 'x'.repeat(20_000), 'no end of the header'],
  ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'HTTP/1.1 400'],
])('%s is refused by its name', async (_, header, reason) => {
  const { outcome } = await meet((socket) => socket.write(Buffer.concat([Buffer.from(header), patterns])));
  expect(outcome).toContain(reason);
});

test('a sender that hangs up or says nothing is reported', async () => {
  expect((await meet((socket) => socket.destroy())).outcome).toContain('closed the connection');
  expect((await meet(nothing, 30)).outcome).toContain('no answer within 30 ms');
});

test('a reader that is too slow loses the oldest samples, and only those', async () => {
  const outlet = await LslOutlet.open({ ...info, channelCount: 1000, name: `slow-${process.pid}` });
  onTestFinished(() => outlet.close());
  const newest = Promise.withResolvers<void>();
  const stamps: number[] = [];
  const inlet = await LslInlet.open(
    { ...outlet.info, address: '127.0.0.1' },
    {
      bufferSamples: 100,
      timeoutMs: 2000,
      signal,
      onSample: (stampS) => {
        if (stampS !== undefined) stamps.push(stampS);
        if (stampS === 4999) newest.resolve();
      },
      onClosed: newest.reject,
    },
  );
  const sample = new Float32Array(1000);
  for (let i = 0; i < 5000; i++) outlet.push(sample, i);
  await newest.promise;
  expect(stamps.length).toBeLessThan(4000);
  expect(stamps.slice(-100)).toEqual(Array.from({ length: 100 }, (_, i) => 4900 + i));
  inlet.close();
});
