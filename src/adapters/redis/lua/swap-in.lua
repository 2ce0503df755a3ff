-- Puts what was loaded in the store's place, unless a store of the same or a later epoch stands there.
-- RENAME over a big key would free it on the spot, so the old keys are unlinked first.
-- KEYS: stock, queue, tasks, taken; the loading pages, queue, tasks, taken. ARGV: epoch, quantity, next, pages loaded.
-- Answers: 1 where a store of this epoch or a later one stands now; 0 where pages were lost.
local stands = tonumber(redis.call("HGET", KEYS[1], "epoch") or -1) >= tonumber(ARGV[1])
if stands or tonumber(redis.call("GET", KEYS[5]) or 0) ~= tonumber(ARGV[4]) then
  redis.call("UNLINK", unpack(KEYS, 5))
  return stands and 1 or 0
end
redis.call("UNLINK", unpack(KEYS, 1, 5))
for i = 2, 4 do
  if redis.call("PERSIST", KEYS[i + 4]) == 1 then redis.call("RENAME", KEYS[i + 4], KEYS[i]) end
end
local members = redis.call("ZCARD", KEYS[2])
redis.call("HSET", KEYS[1], "epoch", ARGV[1], "quantity", ARGV[2], "next", ARGV[3], "members", members)
return 1
