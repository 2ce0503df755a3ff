import { join } from "node:path";
import { findProgram, makeFolder, run } from "./child-process.js";

/** Files in PEM. */
export type Certificate = {
  /** Self-signed: clients trust it by `NODE_EXTRA_CA_CERTS`. */
  readonly certificate: string;
  readonly key: string;
};

/** Creates a certificate for `localhost` only. */
export async function makeCertificate(): Promise<Certificate> {
  const folder = makeFolder();
  const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
  await run([
    findProgram("openssl", "openssl"),
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
  ]);
  return { certificate, key };
}
