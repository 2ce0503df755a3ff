import { z } from "zod";

/** A setting that is off unless it is switched on. */
export const flag = () =>
  z
    .enum(["true", "false"], "true or false")
    .transform((given) => given === "true")
    .prefault("false");
