-- Begins to fill a cold board in place: old markers out, and a new one in below every product.
-- Replicas know a marker too, so it names this process and, by its replication id, this reign of it as a master.
-- KEYS: board. ARGV: token, epoch seconds to expire at (0: never).
-- Answers: 1; 0 where the board is ready.
local info = redis.call("INFO", "server", "replication")
local here = "!" .. info:match("run_id:(%x+)") .. ":" .. info:match("master_replid:(%x+)") .. "."
local first = redis.call("ZRANGE", KEYS[1], 0, 0, "REV", "WITHSCORES")
if first[2] == "inf" and first[1]:sub(1, #here) == here then return 0 end
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", "(0")
redis.call("ZREMRANGEBYSCORE", KEYS[1], "+inf", "+inf")
redis.call("ZADD", KEYS[1], -1, here .. ARGV[1])
if ARGV[2] ~= "0" then redis.call("EXPIREAT", KEYS[1], ARGV[2], "NX") end
return 1
