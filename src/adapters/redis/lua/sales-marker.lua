-- Functions for the marker of a product board. The scripts that use a marker are loaded after this file.
-- A marker is the member "!<run_id>:<master_replid>.<token>". It names the Redis process and, because replicas also
-- store markers, the period during which that process has been the master. A ready board has the marker at score +inf,
-- a board that is being filled has it at -1. Products have scores above 0.

local function marker_prefix()
  local info = redis.call("INFO", "server", "replication")
  return "!" .. info:match("run_id:(%x+)") .. ":" .. info:match("master_replid:(%x+)") .. "."
end

-- A board is ready if its first entry is a marker of this process.
local function is_ready(board)
  local prefix = marker_prefix()
  local first = redis.call("ZRANGE", board, 0, 0, "REV", "WITHSCORES")
  return first[2] == "inf" and first[1]:sub(1, #prefix) == prefix
end

