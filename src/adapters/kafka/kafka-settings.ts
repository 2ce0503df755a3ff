import kafkajs, { type Admin } from "kafkajs";
import type { Timers } from "../../application/ports/timers.js";
import { eventTypes } from "../../domain/event.js";
import { type KafkaLog, type KafkaOptions, openKafka, withDeadline } from "./kafka-client.js";
import { kafkaUnavailable } from "./kafka-errors.js";

/** The settings that decide how safely the broker stores a topic's messages. */
export type TopicSettings = {
  readonly topic: string;
  readonly replicas: number;
  /** Number of replicas that must have a message before it counts as sent; `null` if the broker does not permit reading it. */
  readonly minInSyncReplicas: number | null;
};

const requestTimeoutMs = 3_000;
const minInSync = "min.insync.replicas";

const isDenied = (error: unknown): boolean =>
  /AUTHORIZATION_FAILED$/.test((error as { readonly type?: string }).type ?? "");

const minInSyncOf = async (admin: Admin, topics: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  const resources = topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: [minInSync] }));
  const { resources: found } = await admin
    .describeConfigs({ resources, includeSynonyms: false })
    .catch((error: unknown) => {
      if (isDenied(error)) return { resources: [] };
      throw error;
    });
  return new Map(
    found.flatMap(({ resourceName, configEntries }) =>
      configEntries
        .filter(({ configName }) => configName === minInSync)
        .map(({ configValue }) => [resourceName, Number(configValue)] as const),
    ),
  );
};

const readSettings = async (admin: Admin, wanted: readonly string[]): Promise<readonly TopicSettings[]> => {
  await admin.connect();
  const existing = new Set(await admin.listTopics());
  if (!wanted.every((topic) => existing.has(topic))) throw new Error("some topics do not exist yet");
  const { topics } = await admin.fetchTopicMetadata({ topics: [...wanted] });
  const minimum = await minInSyncOf(admin, wanted);
  return topics.map(({ name, partitions }) => ({
    topic: name,
    replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    minInSyncReplicas: minimum.get(name) ?? null,
  }));
};

/**
 * Reads the settings of every event's topic, on a separate connection. Returns none if the broker does not permit it.
 * @throws DomainError `engine-unavailable` if the broker does not answer, or some topics do not exist yet
 */
export const readTopicSettings = async (
  options: KafkaOptions,
  timers: Timers,
  log: KafkaLog = () => {},
): Promise<readonly TopicSettings[]> => {
  const admin = openKafka(options, log).admin();
  try {
    return await withDeadline(
      readSettings(
        admin,
        eventTypes.map((type) => `${options.topicPrefix}${type}`),
      ),
      requestTimeoutMs,
      timers,
    );
  } catch (error) {
    if (isDenied(error)) return [];
    throw kafkaUnavailable(error);
  } finally {
    void admin.disconnect().catch(() => {});
  }
};
