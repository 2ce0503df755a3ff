-- Adds sell-outs to a sold-out board. If the board is cold, its policy is deleted, so that it stays cold: it now lacks
-- these sell-outs. The version changes in both cases, so that a concurrent write of older data is rejected.
-- KEYS: entries, marker
-- ARGV: policy, new version, kept until (Unix time in milliseconds; 0: forever), maximum number of members, then score
--   and member, repeated per sell-out
-- Returns 1, or 0 if the board is cold.

local ready = is_ready(KEYS[1], KEYS[2], ARGV[1])
redis.call("HSET", KEYS[2], "version", ARGV[2])
if not ready then
  redis.call("HDEL", KEYS[2], "policy")
elseif #ARGV > 4 then
  redis.call("ZADD", KEYS[1], "NX", unpack(ARGV, 5))
  redis.call("ZREMRANGEBYRANK", KEYS[1], ARGV[4], -1)
  redis.call("HSET", KEYS[2], "members", redis.call("ZCARD", KEYS[1]))
end
expire(KEYS, ARGV[3])
return ready and 1 or 0
