-- Reads a page of members by position.
-- KEYS: stock, queue, tasks. ARGV: epoch, position to start after, limit.
-- Returns: {shopper, task, position, shopper, …}; nil if the store has another epoch.
if redis.call("HGET", KEYS[1], "epoch") ~= ARGV[1] then return false end
local places = redis.call("ZRANGE", KEYS[2], "(" .. ARGV[2], "+inf", "BYSCORE", "LIMIT", 0, ARGV[3], "WITHSCORES")
local members = {}
for i = 1, #places, 2 do
  members[#members + 1] = places[i]
  members[#members + 1] = redis.call("HGET", KEYS[3], places[i])
  members[#members + 1] = places[i + 1]
end
return members
