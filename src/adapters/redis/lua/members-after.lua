-- Pages through the members by position.
-- KEYS: stock, queue, tasks. ARGV: epoch, position to begin after, limit.
-- Answers: {shopper, task, position, shopper, …}; nil where the store is not of this epoch.
if redis.call("HGET", KEYS[1], "epoch") ~= ARGV[1] then return false end
local places = redis.call("ZRANGE", KEYS[2], "(" .. ARGV[2], "+inf", "BYSCORE", "LIMIT", 0, ARGV[3], "WITHSCORES")
local answer = {}
for i = 1, #places, 2 do
  answer[#answer + 1] = places[i]
  answer[#answer + 1] = redis.call("HGET", KEYS[3], places[i])
  answer[#answer + 1] = places[i + 1]
end
return answer
