-- Deletes a store of this epoch or an earlier one.
-- KEYS: stock, queue, tasks, taken. ARGV: epoch.
-- Returns: 1 if a store was deleted, else 0.
local epoch = redis.call("HGET", KEYS[1], "epoch")
if not epoch or tonumber(epoch) > tonumber(ARGV[1]) then return 0 end
redis.call("UNLINK", unpack(KEYS))
return 1
