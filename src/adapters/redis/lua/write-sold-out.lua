-- Replaces a sold-out board by the database's sell-outs, unless its version has changed since the database was read.
-- KEYS: entries, marker
-- ARGV: policy, version, kept until (Unix time in milliseconds; 0: forever), then score and member, repeated per sell-out
-- Returns how many members differed, or nil if the version has changed.

if redis.call("HGET", KEYS[2], "version") ~= ARGV[2] then return false end
local current, scores, drift = redis.call("ZRANGE", KEYS[1], 0, -1, "WITHSCORES"), {}, 0
for i = 1, #current, 2 do scores[current[i]] = tonumber(current[i + 1]) end
for i = 4, #ARGV, 2 do
  if scores[ARGV[i + 1]] ~= tonumber(ARGV[i]) then drift = drift + 1 end
  scores[ARGV[i + 1]] = nil
end
for _ in pairs(scores) do drift = drift + 1 end
if drift > 0 then
  redis.call("UNLINK", KEYS[1])
  if #ARGV > 3 then redis.call("ZADD", KEYS[1], unpack(ARGV, 4)) end
end
redis.call("HSET", KEYS[2], "policy", ARGV[1], "members", (#ARGV - 3) / 2)
expire(KEYS, ARGV[3])
return drift
