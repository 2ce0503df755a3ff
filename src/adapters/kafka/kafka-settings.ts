import kafkajs, { type Admin } from "kafkajs";
import { eventTypes } from "../../domain/event.js";
import { type KafkaLog, type KafkaOptions, kafkaUnavailable, openKafka, withDeadline } from "./kafka-client.js";

/** How safe the broker keeps what is sent to a topic. */
export type TopicSettings = {
  readonly topic: string;
  readonly replicas: number;
  /** How many replicas must have a message before it counts as sent; `null` where the broker does not tell. */
  readonly minInSyncReplicas: number | null;
};

const answerMs = 3_000;
const minInSync = "min.insync.replicas";

const isRefusal = (error: unknown): boolean =>
  /AUTHORIZATION_FAILED$/.test((error as { readonly type?: string }).type ?? "");

const minInSyncOf = async (admin: Admin, topics: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  const resources = topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: [minInSync] }));
  const { resources: found } = await admin
    .describeConfigs({ resources, includeSynonyms: false })
    .catch((error: unknown) => {
      if (isRefusal(error)) return { resources: [] };
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

const ask = async (admin: Admin, wanted: readonly string[]): Promise<readonly TopicSettings[]> => {
  await admin.connect();
  const there = new Set(await admin.listTopics());
  if (!wanted.every((topic) => there.has(topic))) throw new Error("some topics are not there yet");
  const { topics } = await admin.fetchTopicMetadata({ topics: [...wanted] });
  const minimum = await minInSyncOf(admin, wanted);
  return topics.map(({ name, partitions }) => ({
    topic: name,
    replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    minInSyncReplicas: minimum.get(name) ?? null,
  }));
};

/**
 * Asks the broker for the topics of every event, on a connection of its own that is closed again.
 * @throws DomainError `engine-unavailable` where it does not answer, or has not all of them yet
 */
export const readTopicSettings = async (
  options: KafkaOptions,
  log: KafkaLog = () => {},
): Promise<readonly TopicSettings[]> => {
  const admin = openKafka(options, log).admin();
  try {
    return await withDeadline(
      ask(
        admin,
        eventTypes.map((type) => `${options.topicPrefix}${type}`),
      ),
      answerMs,
    );
  } catch (error) {
    if (isRefusal(error)) return [];
    throw kafkaUnavailable(error);
  } finally {
    void admin.disconnect().catch(() => {});
  }
};
