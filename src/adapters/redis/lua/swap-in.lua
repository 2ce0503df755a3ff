-- Renames a loaded store into place, unless a store of its epoch or a later one exists.
-- RENAME onto a large key would free that key synchronously, so the old keys are unlinked first.
-- KEYS: stock, queue, tasks, taken; the loading pages, queue, tasks, taken. ARGV: epoch, quantity, next, pages loaded.
-- Returns: 1 if a store of this epoch or a later one exists now; 0 if pages were lost.
local exists = tonumber(redis.call("HGET", KEYS[1], "epoch") or -1) >= tonumber(ARGV[1])
if exists or tonumber(redis.call("GET", KEYS[5]) or 0) ~= tonumber(ARGV[4]) then
  redis.call("UNLINK", unpack(KEYS, 5))
  return exists and 1 or 0
end
redis.call("UNLINK", unpack(KEYS, 1, 5))
for i = 2, 4 do
  if redis.call("PERSIST", KEYS[i + 4]) == 1 then redis.call("RENAME", KEYS[i + 4], KEYS[i]) end
end
local members = redis.call("ZCARD", KEYS[2])
redis.call("HSET", KEYS[1], "epoch", ARGV[1], "quantity", ARGV[2], "next", ARGV[3], "members", members)
return 1
