import { z } from "zod";

/** A setting that is true or false; by default false. */
export const flag = () =>
  z
    .enum(["true", "false"], "true or false")
    .transform((given) => given === "true")
    .prefault("false");
