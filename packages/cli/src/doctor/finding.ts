/** What `efferent doctor` says about one part. */
export interface Finding {
  readonly part: string;
  /**
   * `ok`; `note`: works, with less than it could; `missing`: not there, and something does not work for that; `fatal`: the
   * product cannot run; `wrong`: it cannot either, and what was asked for or set is to blame.
   */
  readonly state: 'ok' | 'note' | 'missing' | 'fatal' | 'wrong';
  readonly text: string;
  /** One line to run, or the one thing to do. */
  readonly fix?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;
