import { ConfigurationError } from '@efferent/core';
import {
  type CalibrationPrompt,
  type CalibrationProtocol,
  calibrateInWorker,
  calibrationPath,
  defaultProtocol,
  type EmgFrame,
  type EmgLink,
  type EmgSourceDescription,
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
}

/** Sample rate of the synthetic forearm in the launch file, Hz. */
export const syntheticRateHz = 2000;

/** `efferent emg calibrate`: leads through the calibration prompts, and fits and keeps a decoder. */
export async function runEmgCalibrate(options: CalibrateOptions): Promise<void> {
  const terminal = new Terminal(process.stdout);
  const isVirtual = options.source === 'synthetic';
  const usual = isVirtual ? defaultProtocol : liveProtocol;
  const protocol: CalibrationProtocol = {
    ...usual,
    gestures: options.gestures === undefined ? gestureNames : gesturesOf(options.gestures),
    repetitions: options.repetitions ?? usual.repetitions,
    holdS: options.hold ?? usual.holdS,
  };
  terminal.row('calibration', `${protocol.repetitions} repetitions of ${protocol.gestures.join(', ')}`);
  if (isVirtual) await calibrateVirtual(terminal, options.person, protocol);
  else await runUntilSignal((signal) => calibrateLive(terminal, options, protocol, signal));
}

/** Prints how well a kept decoder did when it was fitted. */
export async function printCalibration(terminal: Terminal, file: string): Promise<void> {
  const { calibration, model } = await loadCalibration(file);
  await model.dispose();
  const { accuracy, rejectionRate } = calibration.heldOut;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  terminal.row(
    'decoder',
    `${percent(accuracy)} of windows right in repetitions not fitted on, ${percent(rejectionRate)} rejected · ${file}`,
  );
}

/** Returns where the calibration of a source is kept. */
export function calibrationFile(sourceId: string): string {
  return calibrationPath(findWorkspaceFolders()[0] ?? repositoryFolder, sourceId);
}

async function calibrateVirtual(terminal: Terminal, seed: number, protocol: CalibrationProtocol) {
  const person = { personSeed: seed, sampleRateHz: syntheticRateHz };
  const file = calibrationFile(syntheticSourceId(person));
  terminal.row('forearm', `virtual person ${seed} follows the prompts`);
  await calibrateInWorker(person, protocol, file);
  await printCalibration(terminal, file);
}

async function calibrateLive(
  terminal: Terminal,
  options: CalibrateOptions,
  protocol: CalibrationProtocol,
  signal: AbortSignal,
): Promise<void> {
  const complete = new AbortController();
  let calibration: LiveCalibration | undefined;
  let id = '';
  let shown: CalibrationPrompt | undefined;
  await withSource(
    options,
    {
      onOpen(description: EmgSourceDescription) {
        id = description.id;
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
  await saveCalibration(file, calibration.fit());
  await printCalibration(terminal, file);
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
