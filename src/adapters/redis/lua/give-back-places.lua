-- Removes the member, and its take, of each shopper who still carries this task.
-- KEYS: stock, queue, tasks, taken. ARGV: the shoppers, then their tasks.
-- Returns: the number of removed members.
local count, removed = #ARGV / 2, 0
for i = 1, count do
  if redis.call("HGET", KEYS[3], ARGV[i]) == ARGV[count + i] then
    redis.call("ZREM", KEYS[2], ARGV[i])
    redis.call("HDEL", KEYS[3], ARGV[i])
    redis.call("SREM", KEYS[4], ARGV[i])
    removed = removed + 1
  end
end
if removed > 0 and redis.call("EXISTS", KEYS[1]) == 1 then redis.call("HINCRBY", KEYS[1], "members", -removed) end
return removed
