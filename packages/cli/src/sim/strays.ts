/**
 * Promises that were rejected where nobody listened: inside of a run that is a finding about the run.
 */

/** See the module. Listens from its making on. */
export class Strays {
  private texts: string[] = [];
  private readonly note = (reason: unknown): void => {
    this.texts.push(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  };

  constructor() {
    process.on("unhandledRejection", this.note);
  }

  /** What came since it was last asked. */
  readonly take = (): readonly string[] => {
    const { texts } = this;
    this.texts = [];
    return texts;
  };

  /** Listens no more. */
  end(): void {
    process.off("unhandledRejection", this.note);
  }
}
