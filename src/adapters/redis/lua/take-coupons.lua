-- Counts one coupon as taken for each shopper who is a member with this task.
-- KEYS: tasks, taken. ARGV: the shoppers, then their tasks (at most 500 of each).
-- Returns: the number of those members.
local count = #ARGV / 2
local tasks, takers = redis.call("HMGET", KEYS[1], unpack(ARGV, 1, count)), {}
for i = 1, count do
  if tasks[i] == ARGV[count + i] then takers[#takers + 1] = ARGV[i] end
end
if #takers > 0 then redis.call("SADD", KEYS[2], unpack(takers)) end
return #takers
