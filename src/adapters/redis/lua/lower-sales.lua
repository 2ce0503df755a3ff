-- Lowers each score that still has the value that the caller has seen. A changed score was raised to a newer total.
-- KEYS: board
-- ARGV: product, seen score and new score (0: remove the product), repeated per product
-- Returns how many scores were lowered.

local lowered = 0
for i = 1, #ARGV, 3 do
  if tonumber(redis.call("ZSCORE", KEYS[1], ARGV[i])) == tonumber(ARGV[i + 1]) then
    if ARGV[i + 2] == "0" then redis.call("ZREM", KEYS[1], ARGV[i])
    else redis.call("ZADD", KEYS[1], ARGV[i + 2], ARGV[i]) end
    lowered = lowered + 1
  end
end
return lowered
