-- Reads the best of a board.
-- KEYS: ranking, marker. ARGV: policy, limit.
-- Answers: their members, best first; nil where the board is cold: not of this policy, or short of a member.
local policy, members = unpack(redis.call("HMGET", KEYS[2], "policy", "members"))
if policy ~= ARGV[1] or redis.call("ZCARD", KEYS[1]) ~= tonumber(members) then return false end
return redis.call("ZRANGE", KEYS[1], 0, ARGV[2] - 1)
