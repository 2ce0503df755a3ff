-- Forgets a store of this epoch or an earlier one.
-- KEYS: stock, queue, tasks, taken. ARGV: epoch.
-- Answers: 1 where there was one.
local stands = redis.call("HGET", KEYS[1], "epoch")
if not stands or tonumber(stands) > tonumber(ARGV[1]) then return 0 end
redis.call("UNLINK", unpack(KEYS))
return 1
