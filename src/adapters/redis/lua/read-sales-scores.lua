-- Reads the scores of products on a product board, also if the board is cold.
-- KEYS: board
-- ARGV: products
-- Returns a list with each product's score (nil if it is not on the board).

return redis.call("ZMSCORE", KEYS[1], unpack(ARGV))
