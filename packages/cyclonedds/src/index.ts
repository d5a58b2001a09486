export {
  cycloneDdsProblem,
  cycloneDdsVersion,
  type EndpointDescription,
  type GraphSide,
  type HeldSample,
  installedCycloneDds,
  type MatchedEndpoint,
} from './binding.ts';
export {
  cycloneConfiguration,
  type DiscoveryEnvironment,
  domainIdFromEnvironment,
  maxParticipantsOnHost,
  receiveBufferLimit,
  wantedReceiveBufferBytes,
} from './configuration.ts';
export {
  CycloneParticipant,
  type CycloneReader,
  type CycloneWriter,
  type EndpointOptions,
  type SampleCallback,
} from './participant.ts';
