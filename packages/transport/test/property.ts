/**
 * Property tests with one fixed seed, so that a run depends on nothing but the code.
 */

import fc from "fast-check";

fc.configureGlobal({ seed: 20_240_601 });

export { fc };
