-- Begins to fill a cold product board in place: removes old markers and adds a new one below every product.
-- KEYS: board
-- ARGV: fill token, expiry (Unix time in seconds; 0: never)
-- Returns 1, or 0 if the board is ready.

if is_ready(KEYS[1]) then return 0 end
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", "(0")
redis.call("ZREMRANGEBYSCORE", KEYS[1], "+inf", "+inf")
redis.call("ZADD", KEYS[1], -1, marker_prefix() .. ARGV[1])
if ARGV[2] ~= "0" then redis.call("EXPIREAT", KEYS[1], ARGV[2], "NX") end
return 1
