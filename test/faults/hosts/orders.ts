import { createInterface } from 'node:readline';
import { createContext, type RosNode } from '@efferent/ros';

/** What a program on a host can be told, by the first word of a line; the answer is printed as a line of JSON. */
export type Orders = Readonly<Record<string, (...words: number[]) => object | Promise<object>>>;

/** Makes the program's node, and obeys orders until its standard input is closed. */
export async function obey(
  name: string,
  namespace: string,
  ordersOf: (node: RosNode) => Orders,
): Promise<void> {
  const context = await createContext({ middleware: 'cyclonedds', logSink: () => undefined });
  const node = await context.createNode(name, { namespace });
  const orders = ordersOf(node);
  process.stdout.write('{"ready":true}\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const [what = '', ...words] = line.split(' ');
    // Orders run side by side: some take as long as a cable is out.
    void Promise.resolve(orders[what]?.(...words.map(Number))).then((answer) =>
      process.stdout.write(`${JSON.stringify({ what, ...answer })}\n`),
    );
  }
  await context.shutdown();
}

/** The code of an error, as its user sees it. */
export const codeOf = (error: unknown): string => (error as { readonly code?: string }).code ?? String(error);

/** Keeps everything until it has arrived. */
export const complete = {
  history: 'keep-all',
  depth: 0,
  reliability: 'reliable',
  durability: 'volatile',
} as const;
