/**
 * `createServer` of `node:http`. An `import` of that module evaluates every one of its exports, among them `WebSocket`,
 * which loads undici: 50 to 80 ms of a process's start for a class that nobody here uses.
 */
export const { createServer } = process.getBuiltinModule('node:http');
