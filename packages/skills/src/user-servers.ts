import type { CallStatus } from './mapping/result-rule.ts';

/** A goal for an action of somebody else's. Times in s. */
export interface ActionCall {
  readonly action: string;
  readonly type: string;
  readonly goal: object;
  readonly limitS: number;
  readonly serverWaitS?: number | undefined;
  readonly cancelWaitS?: number | undefined;
  /** Actions of which every goal is cancelled when this one's server does not answer any more. */
  readonly halt?: readonly string[] | undefined;
  readonly until?: (() => boolean) | undefined;
  readonly onFeedback?: (feedback: object) => void;
}

export interface ActionEnd {
  readonly status: CallStatus;
  /** Without fields when the server has told only the status, or its result is of another version of the type. */
  readonly result: object;
  /** `until` ended it. */
  readonly isEnough: boolean;
}

export interface ServiceCall {
  readonly service: string;
  readonly type: string;
  readonly request: object;
  readonly limitS: number;
  readonly serverWaitS?: number | undefined;
}

export interface TopicCall {
  readonly topic: string;
  readonly type: string;
  readonly message: object;
  readonly rateHz?: number | undefined;
  /** Sent when the call ends early. */
  readonly stop?: object | undefined;
  readonly until?: {
    readonly topic: string;
    readonly type: string;
    /** Says whether a message ends the call; what it throws ends it too. */
    readonly isDone: (message: object) => boolean;
  };
  readonly limitS: number;
  readonly serverWaitS?: number | undefined;
}

/**
 * Servers that the user already has, as one goal of a skill uses them. Every call rejects with a {@link SkillFailure}:
 * `unavailable` when nobody answers, refuses or goes away, `time-out` after its limit, or why the skill is ended; the
 * server has been told to cancel by then.
 */
export interface UserServers {
  callAction(call: ActionCall): Promise<ActionEnd>;
  callService(call: ServiceCall): Promise<object>;
  /** Publishes, and waits for what `until` says; resolves with the message that ended it. */
  converse(call: TopicCall): Promise<object>;
}
