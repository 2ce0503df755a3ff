import { join } from "node:path";
import { findProgram, makeFolder, run } from "./child-process.js";

/** Files in PEM. */
export type Certificate = {
  /** What its clients trust, as `NODE_EXTRA_CA_CERTS`: it is signed by itself. */
  readonly certificate: string;
  readonly key: string;
};

/** A certificate for `localhost`, and for nothing else. */
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
