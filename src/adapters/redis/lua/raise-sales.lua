-- Raises scores to totals where these are greater, and sets when a new board expires.
-- KEYS: board. ARGV: epoch seconds to expire at (0: never), then total, product, total, …
-- Answers: 1.
redis.call("ZADD", KEYS[1], "GT", unpack(ARGV, 2))
if ARGV[1] ~= "0" then redis.call("EXPIREAT", KEYS[1], ARGV[1], "NX") end
return 1
