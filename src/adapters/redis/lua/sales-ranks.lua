-- Reads the ranks of products on a board that is ready (as `top-sales` tells it); its marker stands before them all.
-- KEYS: board. ARGV: products.
-- Answers: the rank of each, from 1, or nil; nil alone where the board is cold.
local info = redis.call("INFO", "server", "replication")
local here = "!" .. info:match("run_id:(%x+)") .. ":" .. info:match("master_replid:(%x+)") .. "."
local first = redis.call("ZRANGE", KEYS[1], 0, 0, "REV", "WITHSCORES")
if first[2] ~= "inf" or first[1]:sub(1, #here) ~= here then return false end
local ranks = {}
for i = 1, #ARGV do ranks[i] = redis.call("ZREVRANK", KEYS[1], ARGV[i]) end
return ranks
