-- Makes a board what the database said, unless its version is no longer the one from before the database was read.
-- KEYS: ranking, marker. ARGV: policy, version, kept until (ms since 1970; 0: for ever), then score and member of each.
-- Answers: how many members differed; nil where it was overtaken.
if redis.call("HGET", KEYS[2], "version") ~= ARGV[2] then return false end
local stand, scores, drift = redis.call("ZRANGE", KEYS[1], 0, -1, "WITHSCORES"), {}, 0
for i = 1, #stand, 2 do scores[stand[i]] = tonumber(stand[i + 1]) end
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
for i = 1, ARGV[3] == "0" and 0 or 2 do redis.call("PEXPIREAT", KEYS[i], ARGV[3]) end
return drift
