-- Makes a board ready, if the marker that its fill began with stands yet and names the process that answers.
-- KEYS: board. ARGV: token.
-- Answers: 1 where it is ready by this fill; 0 where something was lost meanwhile, or another fill began.
local info = redis.call("INFO", "server", "replication")
local here = "!" .. info:match("run_id:(%x+)") .. ":" .. info:match("master_replid:(%x+)") .. "."
redis.call("ZADD", KEYS[1], "XX", "+inf", here .. ARGV[1])
return redis.call("ZSCORE", KEYS[1], here .. ARGV[1]) and 1 or 0
