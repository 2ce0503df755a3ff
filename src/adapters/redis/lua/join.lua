-- Gives a shopper the next position, or tells the first one. A store that is missing, too old, or short of a key is
-- cold: nothing is known of it, least of all that there is room.
-- KEYS: stock, queue, tasks. ARGV: shopper, task, least epoch.
-- Answers: {epoch, task, position} of the member; 0 where full; nil where cold.
local epoch, quantity, position, members = unpack(redis.call("HMGET", KEYS[1], "epoch", "quantity", "next", "members"))
if not epoch or tonumber(epoch) < tonumber(ARGV[3]) then return false end
members = tonumber(members)
if redis.call("ZCARD", KEYS[2]) ~= members or redis.call("HLEN", KEYS[3]) ~= members then return false end
local task = redis.call("HGET", KEYS[3], ARGV[1])
if task then return {epoch, task, redis.call("ZSCORE", KEYS[2], ARGV[1])} end
if members >= tonumber(quantity) then return 0 end
redis.call("ZADD", KEYS[2], position, ARGV[1])
redis.call("HSET", KEYS[3], ARGV[1], ARGV[2])
redis.call("HSET", KEYS[1], "next", position + 1, "members", members + 1)
return {epoch, ARGV[2], position}
