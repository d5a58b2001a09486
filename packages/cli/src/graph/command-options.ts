import { type Command, InvalidArgumentError } from 'commander';

/** Declares one command below its group. */
export type Add = (parent: Command, usage: string, description: string) => Command;

/** What a command's module offers: functions that take its arguments and options. */
type Load<Module> = () => Promise<Module>;

/** Loads a command's code when it runs; commander checks arguments and options, which arrive as it declares them. */
export function run<Module>(
  load: Load<Module>,
  // biome-ignore lint/suspicious/noExplicitAny: commander's arguments have no static types
  pick: (module: Module) => (...given: any[]) => Promise<void>,
) {
  return async (...given: unknown[]): Promise<void> => pick(await load())(...given.slice(0, -1));
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('It must be a positive number.');
  return value;
}
