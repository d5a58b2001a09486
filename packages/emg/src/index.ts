export { promptText } from './calibration-prompt.ts';
export type { ControlOutput, ControlStatus, GateView } from './control/control-types.ts';
export { GestureController } from './control/gesture-controller.ts';
export {
  bundledMappingPath,
  type ControlMode,
  type GestureAction,
  type GestureMapping,
  type GestureMotion,
  loadGestureMapping,
  mappingPath,
  parseGestureMapping,
} from './control/gesture-mapping.ts';
export type { EmgDataSet } from './datasets/data-set.ts';
export {
  capgmyoGrid,
  type ElectrodeGrid,
  type ElectrodePlace,
  flexwearGrid,
  gr10mm0808,
  gr1305,
  hyserGrids,
  placeOf,
  sleeveGrid,
} from './datasets/electrode-grid.ts';
export { evaluateDataSet, type PersonFigures } from './datasets/evaluate-data-set.ts';
export { dataSetNames, openDataSet } from './datasets/open-data-set.ts';
export { calibrateSynthetic, defaultSignalSettings, recordPrompts } from './decoder/calibrate-synthetic.ts';
export {
  calibrationPath,
  fitOptionsFor,
  type LoadedCalibration,
  loadCalibration,
  loadEvidence,
  saveCalibration,
} from './decoder/calibration-file.ts';
export {
  type CalibrationPrompt,
  type CalibrationProtocol,
  defaultProtocol,
  liveProtocol,
  promptsOf,
} from './decoder/calibration-protocol.ts';
export { CalibrationRecorder, type CalibrationWindow } from './decoder/calibration-recorder.ts';
export { addWindow, emptyMoments, withinClassCovariance } from './decoder/class-moments.ts';
export { decide, type GestureDecision, isSilent } from './decoder/decide.ts';
export { type DecoderName, decoderNames } from './decoder/decoder-name.ts';
export { calibrateInWorker, ensureCalibration, hasCalibration } from './decoder/ensure-calibration.ts';
export {
  type Calibration,
  type CalibrationEvidence,
  type FitOptions,
  fitCalibration,
} from './decoder/fit-calibration.ts';
export { GestureBelief } from './decoder/gesture-belief.ts';
export { type DecodedWindow, GestureDecoder } from './decoder/gesture-decoder.ts';
export type { DecoderAccuracy } from './decoder/held-out.ts';
export { defaultNormalisationS, normaliserOf, type SlidingNormaliser } from './decoder/sliding-normaliser.ts';
export {
  type EmulatedDevice,
  emulatedDevices,
  startEmulatedDevice,
  wireFaultNames,
} from './devices/emulated-device.ts';
export type { SampleSupply } from './devices/emulated-rows.ts';
export { SessantaquattroEmulator } from './devices/sessantaquattro-emulator.ts';
export { wireFaults } from './devices/wire-faults.ts';
export { EmgMeter } from './emg-meter.ts';
export type { EmgFrame, EmgLink, EmgSource, EmgSourceDescription } from './emg-source.ts';
export {
  type EmgSourceContext,
  type EmgSourceKind,
  type SourceSetting,
  type SourceSettings,
  settingsFrom,
} from './emg-source-kind.ts';
export { emgSourceNames, loadEmgSourceKind } from './emg-sources.ts';
export { parseActivation, usualEffort } from './forearm/activation-request.ts';
export { SyntheticForearm } from './forearm/synthetic-forearm.ts';
export {
  parseSyntheticSourceId,
  type SyntheticPerson,
  SyntheticSource,
  syntheticSourceId,
} from './forearm/synthetic-source.ts';
export {
  type CohortGroup,
  cohortGroups,
  createVirtualPerson,
  type VirtualPerson,
} from './forearm/virtual-person.ts';
export { drawWearing, sameWearing, type Wearing, wear } from './forearm/wearing.ts';
export { type GestureName, gestureNames, isGestureName } from './gestures.ts';
export { LiveCalibration, type LivePrompt } from './live-calibration.ts';
export { openSource } from './open-source.ts';
export { CausalFilter, designFilter } from './signal/causal-filter.ts';
export type { SignalSettings } from './signal/signal-chain.ts';
export { sleeveShape } from './signal/sleeve-shape.ts';
export {
  type WindowFeatureGroup,
  WindowFeatureSet,
  windowFeatureGroups,
} from './signal/window-feature-set.ts';
export { featureNames } from './signal/windowed-features.ts';
export { frameMessage, linkMessage } from './source-messages.ts';
export { wallTicker } from './wall-ticker.ts';
