-- Reads the counts of a store at one instant.
-- KEYS: stock, queue, tasks, taken.
-- Returns: {epoch, quantity, next, members, taken}; nil if the store is missing or lacks a key.
local epoch, quantity, position, members = unpack(redis.call("HMGET", KEYS[1], "epoch", "quantity", "next", "members"))
if not epoch then return false end
members = tonumber(members)
if redis.call("ZCARD", KEYS[2]) ~= members or redis.call("HLEN", KEYS[3]) ~= members then return false end
return {epoch, quantity, position, members, redis.call("SCARD", KEYS[4])}
