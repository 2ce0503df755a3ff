-- Makes a product board ready if the marker of its fill still exists and names this process.
-- KEYS: board
-- ARGV: fill token
-- Returns 1, or 0 if the board lost its marker or another fill began.

local marker = marker_prefix() .. ARGV[1]
redis.call("ZADD", KEYS[1], "XX", "+inf", marker)
return redis.call("ZSCORE", KEYS[1], marker) and 1 or 0
