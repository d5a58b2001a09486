import { type Command, Option } from 'commander';
import { integer, lazily, share, withModelOptions } from './command-options.ts';

/** Adds `model`: what is about language models. */
export function addModelCommands(program: Command): void {
  const model = program.command('model').description('work with language models');
  withModelOptions(model.command('check'))
    .description('say what the language model can and cannot do here, with 20 prompts')
    .option('--sees', 'send a picture too')
    .option('--json', 'print the findings as one JSON line')
    .action(lazily(async () => (await import('../model-command.ts')).runModelCheck));
  model
    .command('serve')
    .description("serve the offline reasoner behind OpenAI's chat protocol")
    .addOption(
      new Option('--model <id>', 'reasoner, or the emulator of an imperfect model')
        .choices(['reasoner', 'reasoner-noisy'])
        .default('reasoner'),
    )
    .option(
      '--host <address>',
      'where it listens; other than loopback only with EFFERENT_MODEL_KEY',
      '127.0.0.1',
    )
    .option('--port <number>', 'port; 0 takes a free one', integer, 8771)
    .option('--error-rate <share>', 'reasoner-noisy: share of its answers that carry a fault', share, 0.2)
    .option('--step-error-rate <share>', 'reasoner-noisy: chance of a fault for each step', share, 0)
    .option('--persistence <share>', 'reasoner-noisy: chance that it repeats its last answer', share, 0.5)
    .option('--seed <number>', 'reasoner-noisy: seed of its faults', integer, 1)
    .action(lazily(async () => (await import('../model-serve-command.ts')).runModelServe));
}
