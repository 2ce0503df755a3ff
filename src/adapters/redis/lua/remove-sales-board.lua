-- Removes a product board. UNLINK frees its members in the background, so that Redis does not stop for them.
-- KEYS: board
-- ARGV: none
-- Returns 1 if the board existed, or 0.

return redis.call("UNLINK", KEYS[1])
