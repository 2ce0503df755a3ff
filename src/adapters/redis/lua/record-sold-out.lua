-- Ranks sell-outs on a board of this policy; on any other the policy goes, for it lacks them now. Either way the
-- version is new, so that what the database said before is not written over them.
-- KEYS: ranking, marker. ARGV: policy, new version, kept until (ms since 1970; 0: for ever), most members, then score
-- and member of each.
-- Answers: 1; 0 where the board is cold.
local policy, members = unpack(redis.call("HMGET", KEYS[2], "policy", "members"))
local stands = policy == ARGV[1] and redis.call("ZCARD", KEYS[1]) == tonumber(members)
redis.call("HSET", KEYS[2], "version", ARGV[2])
if not stands then
  redis.call("HDEL", KEYS[2], "policy")
elseif #ARGV > 4 then
  redis.call("ZADD", KEYS[1], "NX", unpack(ARGV, 5))
  redis.call("ZREMRANGEBYRANK", KEYS[1], ARGV[4], -1)
  redis.call("HSET", KEYS[2], "members", redis.call("ZCARD", KEYS[1]))
end
for i = 1, ARGV[3] == "0" and 0 or 2 do redis.call("PEXPIREAT", KEYS[i], ARGV[3]) end
return stands and 1 or 0
