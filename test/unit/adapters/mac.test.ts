import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Mac } from "../../../src/adapters/http/server/mac.js";

describe("Mac", () => {
  it("equals Node's HMAC-SHA-256 for keys and texts of every length", () => {
    for (let length = 0; length <= 64; length += 1) {
      const key = randomBytes(length);
      const mac = new Mac(key);
      for (const text of ["", "taskId\n1\nmina\nabc", "x".repeat(length * 16)])
        expect(mac.sign(text)).toBe(createHmac("sha256", key).update(text).digest("base64url"));
    }
  });

  it("rejects keys and texts that do not fit", () => {
    expect(() => new Mac(randomBytes(65))).toThrow(RangeError);
    expect(() => new Mac(randomBytes(32)).sign("x".repeat(1025))).toThrow(RangeError);
  });
});
