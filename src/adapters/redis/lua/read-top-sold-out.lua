-- Reads the best members of a sold-out board.
-- KEYS: entries, marker
-- ARGV: policy, limit
-- Returns a list of members, best first, or nil if the board is cold.

if not is_ready(KEYS[1], KEYS[2], ARGV[1]) then return false end
return redis.call("ZRANGE", KEYS[1], 0, ARGV[2] - 1)
