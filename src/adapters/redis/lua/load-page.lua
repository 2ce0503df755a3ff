-- Writes a page of members next to the store, only on top of the previous page (or of itself, if sent twice): a load
-- that lost pages to a wipe or a rewind must not look complete.
-- KEYS: the loading pages, queue, tasks, taken. ARGV: the page's number from 1, TTL in seconds, then shopper, task and
-- position of each member.
-- Returns: 1; 0 if pages were lost.
if tonumber(redis.call("GET", KEYS[1]) or 0) < ARGV[1] - 1 then return 0 end
local queue, tasks, taken = {}, {}, {}
for i = 3, #ARGV, 3 do
  queue[#queue + 1], queue[#queue + 2] = ARGV[i + 2], ARGV[i]
  tasks[#tasks + 1], tasks[#tasks + 2] = ARGV[i], ARGV[i + 1]
  taken[#taken + 1] = ARGV[i]
end
redis.call("ZADD", KEYS[2], unpack(queue))
redis.call("HSET", KEYS[3], unpack(tasks))
redis.call("SADD", KEYS[4], unpack(taken))
redis.call("SET", KEYS[1], ARGV[1])
for i = 1, 4 do redis.call("EXPIRE", KEYS[i], ARGV[2]) end
return 1
