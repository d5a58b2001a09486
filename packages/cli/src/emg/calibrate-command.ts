import { ConfigurationError } from '@efferent/core';
import {
  type CalibrationPrompt,
  type CalibrationProtocol,
  calibrateInWorker,
  calibrationPath,
  type DecoderName,
  decoderNames,
  defaultProtocol,
  type EmgFrame,
  type EmgLink,
  type EmgSourceDescription,
  type FitOptions,
  fitOptionsFor,
  type GestureName,
  gestureNames,
  isGestureName,
  LiveCalibration,
  liveProtocol,
  loadCalibration,
  promptText,
  saveCalibration,
  syntheticSourceId,
} from '@efferent/emg';
import { findWorkspaceFolders, repositoryFolder } from '@efferent/runtime/workspace';
import { runUntilSignal } from '../signals.ts';
import { Terminal } from '../terminal.ts';
import { printLink, type SourceOptions, withSource } from './emg-session.ts';

export interface CalibrateOptions extends SourceOptions {
  /** Of the virtual person, when the source is `synthetic`. */
  readonly person: number;
  readonly repetitions?: number;
  /** Names, separated by commas. */
  readonly gestures?: string;
  /** How long each gesture is held, s. */
  readonly hold?: number;
  /** One of {@link decoderNames}. */
  readonly decoder?: string;
  /** Add some repetitions to the calibration that is there. */
  readonly recalibrate?: boolean;
}

/** Sample rate of the synthetic forearm in the launch file, Hz. */
export const syntheticRateHz = 2000;

/** A recalibration is short: FlexWear-HD's later sessions have four to five repetitions. */
const recalibrationRepetitions = 4;

/** `efferent emg calibrate`: leads through the calibration prompts, and fits and keeps a decoder. */
export async function runEmgCalibrate(options: CalibrateOptions): Promise<void> {
  const terminal = new Terminal(process.stdout);
  const isVirtual = options.source === 'synthetic';
  const usual = isVirtual ? defaultProtocol : liveProtocol;
  const protocol: CalibrationProtocol = {
    ...usual,
    gestures: options.gestures === undefined ? gestureNames : gesturesOf(options.gestures),
    repetitions:
      options.repetitions ?? (options.recalibrate === true ? recalibrationRepetitions : usual.repetitions),
    holdS: options.hold ?? usual.holdS,
  };
  const decoder = decoderOf(options.decoder);
  terminal.row('calibration', `${protocol.repetitions} repetitions of ${protocol.gestures.join(', ')}`);
  if (isVirtual) await calibrateVirtual(terminal, options, protocol, decoder);
  else await runUntilSignal((signal) => calibrateLive(terminal, options, protocol, decoder, signal));
}

/** Prints how well a kept decoder did when it was fitted. */
export async function printCalibration(terminal: Terminal, file: string): Promise<void> {
  const { calibration, model } = await loadCalibration(file);
  await model.dispose();
  const { accuracy, rejectionRate } = calibration.heldOut;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  terminal.row(
    'decoder',
    `${calibration.decoder}: ${percent(accuracy)} of windows right in repetitions not fitted on, ${percent(rejectionRate)} rejected · ${file}`,
  );
}

/** Returns where the calibration of a source is kept. */
export function calibrationFile(sourceId: string): string {
  return calibrationPath(findWorkspaceFolders()[0] ?? repositoryFolder, sourceId);
}

async function calibrateVirtual(
  terminal: Terminal,
  options: CalibrateOptions,
  protocol: CalibrationProtocol,
  decoder: DecoderName | undefined,
) {
  const person = { personSeed: options.person, sampleRateHz: syntheticRateHz };
  const file = calibrationFile(syntheticSourceId(person));
  terminal.row('forearm', `virtual person ${options.person} follows the prompts`);
  await calibrateInWorker({ person, protocol, file, decoder, isAgain: options.recalibrate === true });
  await printCalibration(terminal, file);
}

async function calibrateLive(
  terminal: Terminal,
  options: CalibrateOptions,
  protocol: CalibrationProtocol,
  decoder: DecoderName | undefined,
  signal: AbortSignal,
): Promise<void> {
  const complete = new AbortController();
  let calibration: LiveCalibration | undefined;
  let id = '';
  let fit: FitOptions = {};
  let shown: CalibrationPrompt | undefined;
  await withSource(
    options,
    {
      async onOpen(description: EmgSourceDescription) {
        id = description.id;
        // Before anybody holds anything: a calibration to add to may be missing.
        fit = await fitOptionsFor(calibrationFile(id), decoder, options.recalibrate === true);
        calibration = new LiveCalibration(description, protocol, Date.now());
        terminal.row(id, `${description.channelCount} channels at ${description.sampleRateHz} Hz`);
      },
      onFrame(frame: EmgFrame) {
        calibration?.push(frame);
        if (calibration?.isComplete === true) complete.abort();
        const current = calibration?.current;
        if (current === undefined) return;
        const { prompt, next, progress, total } = current;
        if (prompt !== shown && !terminal.isInteractive) terminal.row('now', promptText(prompt));
        shown = prompt;
        const bar = '▮'.repeat(Math.round(10 * progress)).padEnd(10, '▯');
        const then = next === undefined ? 'then done' : `then ${promptText(next)}`;
        terminal.live('now', `${promptText(prompt)}  ${bar}  ${then}`, `${Math.round(100 * total)} %`);
      },
      onLink: (link: EmgLink) => printLink(terminal, link),
    },
    AbortSignal.any([signal, complete.signal]),
  );
  terminal.clearLive();
  if (calibration?.isComplete !== true) return;
  const file = calibrationFile(id);
  await saveCalibration(file, await calibration.fit(fit));
  await printCalibration(terminal, file);
}

/** @throws {@link ConfigurationError} code `unknown-decoder` */
export function decoderOf(name: string | undefined): DecoderName | undefined {
  const decoder = decoderNames.find((known) => known === name);
  if (name === undefined || decoder !== undefined) return decoder;
  throw new ConfigurationError({
    code: 'unknown-decoder',
    message: `--decoder: got "${name}", expected ${decoderNames.join(', ')}`,
  });
}

/** @throws {@link ConfigurationError} code `invalid-gestures` */
function gesturesOf(text: string): readonly GestureName[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const wrong = names.find((name) => !isGestureName(name));
  if (wrong === undefined && names.includes('rest') && names.length > 1) return names.filter(isGestureName);
  throw new ConfigurationError({
    code: 'invalid-gestures',
    message: `--gestures: got "${wrong ?? text}", expected rest and at least one more of ${gestureNames.join(', ')}`,
  });
}
