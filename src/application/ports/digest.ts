/** Returns the SHA-256 of a text as 43 characters of base64url. */
export type Digest = (text: string) => string;
