import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finiteNumber, nonNegativeNumber, object, parseWithSchema, record } from '@efferent/core';
import * as v from 'valibot';
import type { RateTable } from './skill-outcomes.ts';

const folder = join(import.meta.dirname, '../../data');
const share = v.pipe(finiteNumber, v.minValue(0), v.maxValue(1));

const counts = {
  tries: nonNegativeNumber,
  failures: record(v.string(), nonNegativeNumber),
  lies: nonNegativeNumber,
};
const ratesReport = object({
  details: object({
    rates: record(
      v.string(),
      object({ ...counts, ownS: nonNegativeNumber, contexts: record(v.string(), object(counts)) }),
    ),
  }),
});

const errors = object({ errorRate: share, stepErrorRate: share });
const fitReport = object({ details: object({ fitted: object({ deps: errors, clea: errors }) }) });

/** Error rates of the emulator. */
export interface ErrorRates {
  /** Chance that a plan carries a fault whatever its length. */
  readonly errorRate: number;
  /** Chance of a fault for each step. */
  readonly stepErrorRate: number;
}

/** Chance that a contract is wrong about one part or container that a task needs, at 1x. */
export const worldFaultRate = 0.03;

/** Rates of success of the skills, counted in the full simulation; the file is the report of the command that counted. */
export const measuredRates = (): RateTable => read('skill-rates.json', ratesReport).details.rates;

/** Error rates that make the baselines come out as published; the file is the report of the command that fitted. */
export const fittedErrors = (suite: 'deps' | 'clea'): ErrorRates =>
  read('error-rates.json', fitReport).details.fitted[suite];

function read<Output>(name: string, schema: v.GenericSchema<unknown, Output>): Output {
  const file = join(folder, name);
  return parseWithSchema(schema, JSON.parse(readFileSync(file, 'utf8')), file);
}

/** Multiplies a rate of errors: twice the rate are twice as many errors, not all of them in other answers. */
export const scaledRate = (rate: number, scale: number): number => 1 - (1 - rate) ** scale;
