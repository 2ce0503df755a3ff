-- Writes a page of members beside the store. Only on top of the page before it (or of itself, sent twice): what was
-- wiped or rewound meanwhile must not pass for whole.
-- KEYS: the loading pages, queue, tasks, taken. ARGV: the page's number from 1, seconds to live, then shopper, task
-- and position of each member.
-- Answers: 1; 0 where pages were lost.
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
