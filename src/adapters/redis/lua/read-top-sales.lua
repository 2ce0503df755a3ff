-- Reads the best sellers of a product board.
-- KEYS: board
-- ARGV: limit
-- Returns a list of product and score, repeated, best first, or nil if the board is cold.

if not is_ready(KEYS[1]) then return false end
return redis.call("ZRANGE", KEYS[1], "(+inf", "(0", "BYSCORE", "REV", "LIMIT", 0, ARGV[1], "WITHSCORES")
