import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Kafka, logLevel } from "kafkajs";
import type { Certificate } from "./certificate.js";
import { findProgram, makeFolder, run } from "./child-process.js";
import { freePort } from "./free-port.js";
import { ServerProcess } from "./server-process.js";

/** One Kafka broker that is its own controller. */
export type KafkaServer = ServerProcess & {
  /** `127.0.0.1:PORT` */
  readonly brokers: string;
  /** `localhost:PORT` for logins over TLS; empty without them. */
  readonly securedBrokers: string;
  /** Kills the broker, deletes all its data, and starts it again: empty, as a new cluster. */
  loseData(): Promise<void>;
};

/** The login over TLS, by PLAIN and both kinds of SCRAM. */
export type KafkaLogin = Certificate & { readonly username: string; readonly password: string };

/** Starts one Apache Kafka; the first start on a machine fetches its jars with Maven. */
export async function startKafka(login?: KafkaLogin): Promise<KafkaServer> {
  const java = findProgram("java", "default-jdk-headless");
  const pom = fileURLToPath(new URL("kafka-pom.xml", import.meta.url));
  const version = /<kafka\.version>(.+)</.exec(readFileSync(pom, "utf8"))?.[1] ?? "unknown";
  const classes = ["-cp", join(await fetchJars(pom, version), "*")];
  const folder = makeFolder();
  const properties = join(folder, "server.properties");
  const [port, controllerPort] = [await freePort(), await freePort()];
  const brokers = `127.0.0.1:${port}`;
  const securedBrokers = login ? `localhost:${await freePort()}` : "";

  const secured = login ? securedProperties(securedBrokers, login, join(folder, "keystore.pem")) : {};
  const data = join(folder, "data");
  writeFileSync(properties, serverProperties(brokers, `127.0.0.1:${controllerPort}`, data, secured));
  // The broker runs for minutes only: the first-tier compiler and the serial collector start faster and use less CPU.
  const jvm = [java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"] as const;
  const scram = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((each) =>
    login ? ["--add-scram", `${each}=[name=${login.username},password=${login.password}]`] : [],
  );
  const format = [...jvm, ...classes, "kafka.tools.StorageTool", "format", "-c", properties, ...scram] as const;
  await run([...format, "-t", clusterId()]);
  const server = await ServerProcess.start({
    name: "Kafka",
    version,
    command: [...jvm, "-Xmx512m", ...classes, "kafka.Kafka", properties],
    folder,
    answers: () => findCoordinator(brokers),
  });
  const loseData = async () => {
    await server.kill();
    rmSync(data, { recursive: true });
    await run([...format, "-t", clusterId()]);
    await server.restart();
  };
  return Object.assign(server, { brokers, securedBrokers, loseData });
}

/** Returns the folder of the broker's jars. Only a complete download gets its final name. */
async function fetchJars(pom: string, version: string): Promise<string> {
  const cache = fileURLToPath(new URL("../../../node_modules/.cache/", import.meta.url));
  const home = join(cache, `kafka-${version}`);
  const jars = join(home, "libs");
  if (existsSync(jars)) return jars;
  const maven = findProgram("mvn", "maven");
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, "kafka-partial-"));
  try {
    const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${join(partial, "libs")}`];
    await run([maven, "--quiet", "--batch-mode", "--file", pom, ...goal]);
    renameSync(partial, home);
  } catch (error) {
    // Two concurrent first starts: the second cannot rename onto the first, and does not need to.
    if (!existsSync(jars)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return jars;
}

function serverProperties(
  broker: string,
  controller: string,
  data: string,
  secured: Readonly<Record<string, string>>,
): string {
  const { listeners, ...access } = secured;
  return Object.entries({
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@${controller}`,
    "controller.listener.names": "CONTROLLER",
    listeners: [`PLAINTEXT://${broker}`, `CONTROLLER://${controller}`, ...(listeners ? [listeners] : [])].join(),
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
    "log.dirs": data,
    // A killed broker can register again only after its old session has expired (default 9 s).
    "broker.session.timeout.ms": 3_000,
    "broker.heartbeat.interval.ms": 500,
    "auto.create.topics.enable": false,
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": true,
    "group.initial.rebalance.delay.ms": 0,
    "offsets.topic.num.partitions": 3,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.num.partitions": 3,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    ...access,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

/** A second listener, with TLS. The broker reads key and certificate from one file. */
function securedProperties(brokers: string, login: KafkaLogin, keystore: string): Record<string, string> {
  writeFileSync(keystore, `${readFileSync(login.key, "utf8")}${readFileSync(login.certificate, "utf8")}`);
  const modules = "org.apache.kafka.common.security";
  const scram = `${modules}.scram.ScramLoginModule required;`;
  return {
    listeners: `SASL_SSL://${brokers}`,
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": keystore,
    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    "listener.name.sasl_ssl.plain.sasl.jaas.config": `${modules}.plain.PlainLoginModule required user_${login.username}="${login.password}";`,
    "listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config": scram,
    "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": scram,
  };
}

/** Kafka names a cluster by a uuid in 22 characters of base64url, and refuses one that starts with a dash. */
function clusterId(): string {
  return Buffer.from(randomUUID().replaceAll("-", ""), "hex").toString("base64url").replace(/^-/, "A");
}

/** A listening broker may lack its group coordinator. A request for the coordinator creates it. */
async function findCoordinator(brokers: string): Promise<void> {
  const kafka = new Kafka({
    brokers: [brokers],
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.describeCluster(); // tells the client who there is to be asked
    await admin.describeGroups(["readiness"]);
  } finally {
    await admin.disconnect();
  }
}
