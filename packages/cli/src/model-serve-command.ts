import { NoisyReasoner, Reasoner } from '@efferent/agent';
import { startModelServer } from '@efferent/agent/model-server';
import { runUntilSignal } from './signals.ts';
import { Terminal } from './terminal.ts';

interface ModelServeOptions {
  readonly model: 'reasoner' | 'reasoner-noisy';
  readonly host: string;
  readonly port: number;
  readonly errorRate: number;
  readonly stepErrorRate: number;
  readonly persistence: number;
  readonly seed: number;
}

/** `efferent model serve`: the offline reasoner as a server that any OpenAI client can ask. */
export async function runModelServe(options: ModelServeOptions): Promise<void> {
  const terminal = new Terminal(process.stdout);
  const { seed, errorRate, stepErrorRate, persistence } = options;
  const noise = { seed, errorRate, stepErrorRate, persistence };
  const model = options.model === 'reasoner' ? new Reasoner() : new NoisyReasoner(noise);
  await runUntilSignal(async (signal) => {
    const server = await startModelServer({
      model,
      host: options.host,
      port: options.port,
      apiKey: process.env.EFFERENT_MODEL_KEY ?? '',
      onRequest: (line) => terminal.line(line),
    });
    terminal.row('model', `${model.id} at ${server.url}`);
    terminal.row(
      'use it',
      `EFFERENT_MODEL_URL=${server.url} EFFERENT_MODEL=${model.id} npm start -- --model openai-compatible`,
    );
    terminal.row('end', 'Ctrl-C');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await server.close();
  });
}
