-- Does what requests need: runs a script that writes. The key expires after a minute.
-- KEYS: probe. ARGV: the time of the probe.
redis.call("HSET", KEYS[1], "at", ARGV[1])
redis.call("EXPIRE", KEYS[1], 60)
