/** How people oversee a run: what its tree.json says, and what holds where it says nothing. */

/** A hidden test question, by its id, and what is expected of whoever decides about it. */
export interface Gold {
  readonly id: string;
  /** The form of the expected decision, as its source has forms. */
  readonly form: string;
}

export interface Settings {
  /** So many different people decide about each workspace, none of whom sees what the others did. */
  readonly reviewers: number;
  /** Whether people are kept away from trees in which they have acted, as long as somebody else is about who has not. */
  readonly freshEyes: boolean;
  /** Whether what is proposed is shown at once, or when it is asked for. */
  readonly suggestion: 'hidden' | 'first';
  readonly gold: {
    /** Of the turns that are handed out in the run. */
    readonly share: number;
    readonly questions: readonly Gold[];
  };
}

export const DEFAULTS: Settings = {
  reviewers: 1,
  freshEyes: false,
  suggestion: 'hidden',
  gold: { share: 0, questions: [] },
};
