import { clamp } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import type { RosNode } from '@efferent/ros';
import {
  entityMessage,
  refuse,
  setEntity,
  simulationOk,
  simulationResult,
  simulationState,
} from './judge-messages.ts';
import type { SimWorld } from './sim-world.ts';

/** What the judge's side can do with a running simulation. */
export interface JudgedSimulation {
  /** A header of now, in `map`. */
  header(): MessageTypes['std_msgs/msg/Header'];
  reset(): void;
  isPaused(): boolean;
  pause(isPaused: boolean): void;
  /** Has as many more steps be made while paused. */
  step(steps: number): void;
}

/** Steps of one `/sim/step_simulation`: a minute. */
const maxRequestedSteps = 240 * 60;

/** Serves the standard services under `/sim`, for the judge's side alone. */
export function serveJudge(node: RosNode, world: SimWorld, simulation: JudgedSimulation): void {
  node.createService('simulation_interfaces/srv/GetEntitiesStates', '/sim/get_entities_states', () => {
    const states = world.entityStates();
    const header = simulation.header();
    return {
      result: simulationOk,
      entities: states.map(({ id }) => id),
      states: states.map((state) => entityMessage(state, header)),
    };
  });
  node.createService('simulation_interfaces/srv/GetEntityState', '/sim/get_entity_state', ({ entity }) => {
    const state = world.entityStates().find(({ id }) => id === entity);
    if (state === undefined)
      return { result: refuse(simulationResult.notFound, `there is no entity "${entity}"`) };
    return { result: simulationOk, state: entityMessage(state, simulation.header()) };
  });
  node.createService('simulation_interfaces/srv/SetEntityState', '/sim/set_entity_state', (request) => ({
    result: setEntity(world, request),
  }));
  node.createService('simulation_interfaces/srv/ResetSimulation', '/sim/reset_simulation', () => {
    simulation.reset();
    return { result: simulationOk };
  });
  node.createService('simulation_interfaces/srv/GetSimulationState', '/sim/get_simulation_state', () => ({
    result: simulationOk,
    state: { state: simulation.isPaused() ? simulationState.paused : simulationState.playing },
  }));
  node.createService(
    'simulation_interfaces/srv/SetSimulationState',
    '/sim/set_simulation_state',
    ({ state }) => {
      const isKnown = state.state === simulationState.playing || state.state === simulationState.paused;
      if (!isKnown)
        return { result: refuse(simulationResult.unsupported, `state ${state.state}: 1 plays, 2 pauses`) };
      simulation.pause(state.state === simulationState.paused);
      return { result: simulationOk };
    },
  );
  node.createService('simulation_interfaces/srv/StepSimulation', '/sim/step_simulation', ({ steps }) => {
    if (!simulation.isPaused())
      return { result: refuse(simulationResult.incorrectState, 'pause the simulation first') };
    simulation.step(clamp(Number(steps), 0, maxRequestedSteps));
    return { result: simulationOk };
  });
}
