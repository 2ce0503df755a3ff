import { engineTokens } from "./engine-tokens.js";
import { useCaseTokens } from "./use-case-tokens.js";

/** Everything that the container knows, by name. */
export const Tokens = { ...engineTokens, ...useCaseTokens };
