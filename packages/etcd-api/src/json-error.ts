/** JSON that does not say a message; `path` tells where, as in `success[0].request_put.key`. */
export class JsonError extends Error {
  /** Empty where the text as a whole is meant. */
  readonly path: string;

  constructor(path: string, what: string) {
    super(path === "" ? what : `${path}: ${what}`);
    this.name = "JsonError";
    this.path = path;
  }
}
