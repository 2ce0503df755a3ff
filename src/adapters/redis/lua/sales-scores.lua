-- Reads the scores of products, be the board cold or not.
-- KEYS: board. ARGV: products.
-- Answers: the score of each, or nil.
return redis.call("ZMSCORE", KEYS[1], unpack(ARGV))
