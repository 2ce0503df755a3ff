-- Lowers each score that is still the one seen: who raised it meanwhile knew better.
-- KEYS: board. ARGV: product, score seen, total, product, …
-- Answers: how many were lowered.
local lowered = 0
for i = 1, #ARGV, 3 do
  if tonumber(redis.call("ZSCORE", KEYS[1], ARGV[i])) == tonumber(ARGV[i + 1]) then
    if ARGV[i + 2] == "0" then redis.call("ZREM", KEYS[1], ARGV[i])
    else redis.call("ZADD", KEYS[1], ARGV[i + 2], ARGV[i]) end
    lowered = lowered + 1
  end
end
return lowered
