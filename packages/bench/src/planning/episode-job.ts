import { performance } from 'node:perf_hooks';
import { defaultTaskSettings, NoisyReasoner, Reasoner, type TaskSettings } from '@efferent/agent';
import { findWorkspaceFolders } from '@efferent/runtime';
import { type EpisodeOptions, type EpisodeRecord, runEpisode } from '@efferent/runtime/simulation';
import {
  buildEpisodeSetup,
  type Episode,
  loadScene,
  loadTaskCard,
  type PerturbationName,
  type Scene,
  type TaskCard,
} from '@efferent/sim';
import { type Cell, formatCell } from './cell.ts';
import { type CriticSample, CriticTrials } from './critic-trials.ts';
import { tryDecisions } from './full-critic-trials.ts';
import type { HouseholdRobotSpec } from './household-robot.ts';
import { loadTeam } from './household-team.ts';
import { type ErrorRates, measuredRates, scaledRate, worldFaultRate } from './planning-data.ts';
import { looksLivelocked } from './progress-watch.ts';
import { runSymbolicEpisode } from './symbolic-episode.ts';
import { drawWorldFaults } from './world-faults.ts';

/** One episode to be run, in a form that can be sent to another thread. */
export interface EpisodeJob {
  readonly scene: string;
  readonly card: string;
  readonly seed: number;
  readonly cell: Cell;
  /** Error rates of the emulator at 1x. */
  readonly errors: ErrorRates;
  readonly disturbance?: PerturbationName | undefined;
  /** Whether every judgement of the critic is tried out. */
  readonly triesCritic?: boolean;
  /** Whether choices among ready sub-goals are kept. */
  readonly logsChoices?: boolean;
  /** Chooses among ready sub-goals; the planner's own choice without it. */
  readonly selector?: TaskSettings['selector'];
  /** Order of the instruction's parts, for cards that can be said in any order. */
  readonly order?: readonly number[];
  /** The robots have seen every open place before. */
  readonly isFamiliar?: boolean;
}

/** A choice among several ready sub-goals. */
export interface LoggedChoice {
  /** What was chosen, as skill and arguments. */
  readonly call: string;
  /** What the selector's network is told of it. */
  readonly features: readonly number[];
  /** Way until then, m. */
  readonly wayM: number;
}

/** What one episode came to; a line of `--episodes-file`. */
export interface EpisodeResult {
  readonly cell: string;
  readonly scene: string;
  readonly card: string;
  readonly group: string;
  readonly seed: number;
  readonly disturbance: string;
  readonly isDisturbed: boolean;
  readonly instruction: string;
  readonly success: boolean;
  readonly believedSuccess: boolean;
  readonly outcome: string;
  readonly message: string;
  readonly goalConditionShare: number;
  /** Success times fewest skills over skills sent, at most 1. */
  readonly pathWeightedSuccess: number;
  readonly skills: number;
  readonly replans: number;
  readonly modelCalls: number;
  readonly tokens: number;
  readonly simulatedS: number;
  readonly wallS: number;
  readonly wayM: number;
  readonly isLivelock: boolean;
  readonly critic: readonly CriticSample[];
  readonly choices?: readonly LoggedChoice[];
  /** Every skill that was run, in full simulation: what the suite `rates` counts. */
  readonly skillRuns?: EpisodeRecord['skillRuns'];
}

/** Long tasks take long; the bounds of one task grow with the card. */
const limitsFor = (card: TaskCard, rounds: number): TaskSettings['limits'] => ({
  ...defaultTaskSettings.limits,
  maxReplans: rounds,
  maxSteps: 60 + 4 * (card.skills?.[1] ?? 10),
  maxModelCalls: 120 + 8 * (card.skills?.[1] ?? 10),
  maxTaskS: Math.max(defaultTaskSettings.limits.maxTaskS, card.time_limit_s),
});

const scenes = new Map<string, Scene>();
const cards = new Map<string, TaskCard>();
const teams = new Map<string, readonly HouseholdRobotSpec[]>();
const rates = { oracle: {}, measured: undefined as ReturnType<typeof measuredRates> | undefined };

/** Runs one episode; equal jobs give equal results, wall time apart. */
export async function runJob(job: EpisodeJob): Promise<EpisodeResult> {
  const folders = findWorkspaceFolders();
  const scene = scenes.get(job.scene) ?? loadScene(folders, job.scene);
  scenes.set(job.scene, scene);
  const cardKey = `${job.scene} ${job.card}`;
  const card = cards.get(cardKey) ?? loadTaskCard(scene, job.card);
  cards.set(cardKey, card);
  if (job.cell.level === 'full') return runFull(job, card);
  const robots = card.robots ?? ['stretch'];
  const teamKey = [job.scene, ...robots].join();
  const team = teams.get(teamKey) ?? (await loadTeam(folders, robots, scene.map));
  teams.set(teamKey, team);
  const episode = reordered(buildEpisodeSetup(scene, card, job.seed), job.order);
  const { scale, persistence, planner, without, rounds, level } = job.cell;
  rates.measured ??= measuredRates();
  const spec = job.disturbance === undefined ? undefined : episode.perturbations[job.disturbance];
  const trials = job.triesCritic === true ? new CriticTrials(job.seed) : undefined;
  const choices: LoggedChoice[] = [];
  const beganMs = performance.now();
  const { report, verdict, simulatedS, isDisturbed, isLivelock, wayM } = await runSymbolicEpisode({
    scene,
    episode,
    team,
    model:
      scale === 0
        ? new Reasoner()
        : new NoisyReasoner({
            seed: job.seed,
            errorRate: scaledRate(job.errors.errorRate, scale),
            stepErrorRate: scaledRate(job.errors.stepErrorRate, scale),
            persistence,
          }),
    settings: {
      planner,
      // What stray goals of an emulated model are worth is shown by the planners alone.
      without: [...without, 'goals'],
      limits: limitsFor(card, rounds),
      ...(job.selector === undefined ? {} : { selector: job.selector }),
    },
    rates: rates.measured,
    factor: level === 'oracle' ? 0 : 1,
    faults: drawWorldFaults(scene, episode, scale * worldFaultRate, job.seed),
    disturbance:
      spec === undefined || job.disturbance === undefined ? undefined : { name: job.disturbance, ...spec },
    ...(job.isFamiliar === undefined ? {} : { isFamiliar: job.isFamiliar }),
    ...(trials === undefined ? {} : { onCritique: trials.judge, onPlanVeto: trials.judgePlan }),
    ...(job.logsChoices === true
      ? {
          onChoice: ({ chosen, descriptions }, soFarM) =>
            choices.push({
              call: `${chosen.skill} ${Object.values(chosen.arguments).join(' ')}`,
              features: [...descriptions.get(chosen)!],
              wayM: soFarM,
            }),
        }
      : {}),
  });
  return {
    ...identityOf(job, card),
    isDisturbed,
    instruction: episode.instruction,
    success: verdict.success,
    believedSuccess: report.success,
    outcome: verdict.success ? 'success' : report.success ? 'refuted-by-judge' : report.outcome,
    message: report.message,
    goalConditionShare: verdict.goalConditionShare,
    pathWeightedSuccess: pathWeighted(verdict.success, card, report.skills),
    skills: report.skills,
    replans: report.replans,
    modelCalls: report.modelCalls,
    tokens: report.tokens,
    simulatedS,
    wallS: (performance.now() - beganMs) / 1000,
    wayM,
    isLivelock,
    critic: trials?.samples ?? [],
    ...(job.logsChoices === true ? { choices } : {}),
  };
}

const identityOf = (job: EpisodeJob, card: TaskCard) => ({
  cell: formatCell(job.cell),
  scene: job.scene,
  card: job.card,
  group: card.group,
  seed: job.seed,
  disturbance: job.disturbance ?? 'none',
});

const pathWeighted = (success: boolean, card: TaskCard, skills: number): number =>
  success ? Math.min(1, (card.skills?.[0] ?? skills) / Math.max(1, skills)) : 0;

/** The same wishes in another order. */
function reordered(episode: Episode, order: readonly number[] | undefined): Episode {
  if (order === undefined) return episode;
  const [head = '', ...tail] = episode.instruction.split(/, (?:and )?/);
  const parts = [head.replace(/^put /, ''), ...tail];
  const said = order.map((index) => parts[index]!);
  return { ...episode, instruction: `put ${said.join(', and ')}` };
}

/** The bounds of {@link limitsFor}, as the agent's parameters. */
function boundRules(card: TaskCard, rounds: number): readonly string[] {
  const { maxReplans, maxSteps, maxModelCalls, maxTaskS } = limitsFor(card, rounds);
  return [
    `max_replans:=${maxReplans}`,
    `max_steps:=${maxSteps}`,
    `max_model_calls:=${maxModelCalls}`,
    `max_task_s:=${maxTaskS.toFixed(1)}`,
  ];
}

/** The emulator with the cell's errors; the agent's own model where there are none. */
function modelOf(
  { cell, errors, seed }: EpisodeJob,
  bounds: readonly string[],
): Pick<EpisodeOptions, 'model' | 'agentParameters'> {
  if (cell.scale === 0) return { agentParameters: bounds };
  const noise = {
    error_rate: scaledRate(errors.errorRate, cell.scale),
    step_error_rate: scaledRate(errors.stepErrorRate, cell.scale),
    persistence: cell.persistence,
  };
  const rules = Object.entries(noise).map(([name, value]) => `noise_${name}:=${value.toFixed(6)}`);
  return { model: 'reasoner-noisy', agentParameters: [...bounds, ...rules, `noise_seed:=${seed}`] };
}

/** The same task with physics, pictures and policies. */
async function runFull(job: EpisodeJob, card: TaskCard): Promise<EpisodeResult> {
  const [robot = 'stretch', ...otherRobots] = card.robots ?? [];
  const options: EpisodeOptions = {
    scene: job.scene,
    robot,
    otherRobots,
    task: job.card,
    seed: job.seed,
    planner: job.cell.planner,
    without: job.cell.without.join(),
    ...modelOf(job, boundRules(card, job.cell.rounds)),
    ...(job.disturbance === undefined ? {} : { perturbation: job.disturbance }),
  };
  const record = await runEpisode(options);
  return {
    ...identityOf(job, card),
    isDisturbed: record.perturbation !== null,
    instruction: record.instruction,
    success: record.success,
    believedSuccess: record.agentSuccess,
    outcome: record.outcome,
    message: record.message,
    goalConditionShare: record.goalConditionShare,
    pathWeightedSuccess: pathWeighted(record.success, card, record.skills),
    skills: record.skills,
    replans: record.replans,
    modelCalls: record.modelCalls,
    tokens: 0,
    simulatedS: record.simulatedS,
    wallS: record.wallS,
    wayM: 0,
    isLivelock: looksLivelocked(record),
    critic: job.triesCritic === true ? await tryDecisions(options) : [],
    skillRuns: record.skillRuns,
  };
}
