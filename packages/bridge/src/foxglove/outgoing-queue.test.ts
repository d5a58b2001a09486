import { describe, expect, it } from 'vitest';
import { OutgoingQueue, type OutgoingSocket } from './outgoing-queue.ts';

class TestSocket implements OutgoingSocket {
  bufferedBytes = 0;
  isBehind = false;
  readonly sent: (string | Uint8Array)[] = [];
  closed: number | undefined;
  sendText(text: string): void {
    this.sent.push(text);
  }
  sendBinary(frame: Uint8Array): void {
    this.sent.push(frame);
  }
  close(code: number): void {
    this.closed = code;
  }
}

const limits = {
  highWaterBytes: 1000,
  framesPerLossyChannel: 1,
  framesPerReliableChannel: 3,
  closeBytes: 10_000,
};
const frame = (value: number) => new Uint8Array([value]);

describe('OutgoingQueue', () => {
  it('passes frames straight through while the socket takes them', () => {
    const socket = new TestSocket();
    const queue = new OutgoingQueue(socket, limits);
    queue.sendData(1, frame(1), true);
    queue.sendData(1, frame(2), true);
    expect(socket.sent).toEqual([frame(1), frame(2)]);
    expect(queue.dropped).toBe(0);
  });

  it('keeps only the newest frame of a lossy channel while the socket is full, and counts the others', () => {
    const socket = new TestSocket();
    const queue = new OutgoingQueue(socket, limits);
    socket.bufferedBytes = 5000;
    for (let i = 0; i < 10; i++) queue.sendData(1, frame(i), true);
    expect(socket.sent).toEqual([]);
    expect(queue.dropped).toBe(9);
    socket.bufferedBytes = 0;
    queue.pump();
    expect(socket.sent).toEqual([frame(9)]);
  });

  it('lets data wait for a client that is behind, and control messages pass', () => {
    const socket = new TestSocket();
    const queue = new OutgoingQueue(socket, limits);
    socket.isBehind = true;
    for (let i = 0; i < 10; i++) queue.sendData(1, frame(i), true);
    queue.sendControl('{}');
    expect(socket.sent).toEqual(['{}']);
    socket.isBehind = false;
    queue.pump();
    expect(socket.sent).toEqual(['{}', frame(9)]);
  });

  it('keeps the newest few frames of a reliable channel in order', () => {
    const socket = new TestSocket();
    const queue = new OutgoingQueue(socket, limits);
    socket.bufferedBytes = 5000;
    for (let i = 0; i < 5; i++) queue.sendData(1, frame(i), false);
    socket.bufferedBytes = 0;
    queue.pump();
    expect(socket.sent).toEqual([frame(2), frame(3), frame(4)]);
    expect(queue.dropped).toBe(2);
  });

  it('never holds more than its bounds however much is sent', () => {
    const socket = new TestSocket();
    const queue = new OutgoingQueue(socket, limits);
    socket.bufferedBytes = 5000;
    for (let i = 0; i < 10_000; i++) queue.sendData(i % 4, new Uint8Array(100), i % 2 === 0);
    expect(queue.waitingBytes).toBe(2 * 100 + 2 * 3 * 100);
  });

  it('lets channels leave in turn', () => {
    const socket = new TestSocket();
    const queue = new OutgoingQueue(socket, limits);
    socket.bufferedBytes = 5000;
    queue.sendData(1, frame(10), false);
    queue.sendData(1, frame(11), false);
    queue.sendData(2, frame(20), false);
    socket.bufferedBytes = 0;
    queue.pump();
    expect(socket.sent).toEqual([frame(10), frame(20), frame(11)]);
  });

  it('closes a client whose control messages pile up', () => {
    const socket = new TestSocket();
    const queue = new OutgoingQueue(socket, limits);
    socket.bufferedBytes = 10_001;
    queue.sendControl('{}');
    expect(socket.closed).toBe(1013);
    expect(socket.sent).toEqual([]);
  });
});
