/** Creates signing secrets, and compares requests that contain one without storing it. */
export interface SecretSource {
  /** Returns `whsec_` and 32 random bytes in base64. */
  create(): string;
  /** Returns the SHA-256 of a text, in base64url. */
  digest(text: string): string;
}
