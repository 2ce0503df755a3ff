-- Reads the ranks of products on a product board. The marker has rank 0, so the products' ranks begin at 1.
-- KEYS: board
-- ARGV: products
-- Returns a list with each product's rank (nil if it is not on the board), or nil if the board is cold.

if not is_ready(KEYS[1]) then return false end
local ranks = {}
for i = 1, #ARGV do ranks[i] = redis.call("ZREVRANK", KEYS[1], ARGV[i]) end
return ranks
