-- Reads the best sold of a board that is ready: whose first entry names the process that answers, and the reign it
-- was filled in. Markers stand at +inf and below 0, where no product does.
-- KEYS: board. ARGV: limit.
-- Answers: {product, total, product, …}; nil where cold.
local info = redis.call("INFO", "server", "replication")
local here = "!" .. info:match("run_id:(%x+)") .. ":" .. info:match("master_replid:(%x+)") .. "."
local first = redis.call("ZRANGE", KEYS[1], 0, 0, "REV", "WITHSCORES")
if first[2] ~= "inf" or first[1]:sub(1, #here) ~= here then return false end
return redis.call("ZRANGE", KEYS[1], "(+inf", "(0", "BYSCORE", "REV", "LIMIT", 0, ARGV[1], "WITHSCORES")
