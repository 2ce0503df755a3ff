-- Admits shoppers in their order, each once, while there are fewer members than the quantity. A store that is missing,
-- too old or without one of its keys is cold.
-- KEYS: stock, queue, tasks. ARGV: lowest acceptable epoch, then shopper and task of each entrant (at most 200).
-- Returns: nil if cold; else {epoch, then per entrant: position if admitted, 0 if full, {task, position} if a member}.
local epoch, quantity, position, members = unpack(redis.call("HMGET", KEYS[1], "epoch", "quantity", "next", "members"))
if not epoch or tonumber(epoch) < tonumber(ARGV[1]) then return false end
quantity, position, members = tonumber(quantity), tonumber(position), tonumber(members)
if redis.call("ZCARD", KEYS[2]) ~= members or redis.call("HLEN", KEYS[3]) ~= members then return false end

local shoppers = {}
for i = 2, #ARGV, 2 do shoppers[#shoppers + 1] = ARGV[i] end
local tasks = redis.call("HMGET", KEYS[3], unpack(shoppers))
local joins, admitted, places, carried = {tonumber(epoch)}, {}, {}, {}
for i, shopper in ipairs(shoppers) do
  if tasks[i] then
    joins[i + 1] = {tasks[i], tonumber(redis.call("ZSCORE", KEYS[2], shopper))}
  elseif admitted[shopper] then
    joins[i + 1] = admitted[shopper]
  elseif members >= quantity then
    joins[i + 1] = 0
  else
    local task = ARGV[2 * i + 1]
    joins[i + 1], admitted[shopper] = position, {task, position}
    places[#places + 1], places[#places + 2] = position, shopper
    carried[#carried + 1], carried[#carried + 2] = shopper, task
    position, members = position + 1, members + 1
  end
end
if #places > 0 then
  redis.call("ZADD", KEYS[2], unpack(places))
  redis.call("HSET", KEYS[3], unpack(carried))
  redis.call("HSET", KEYS[1], "next", position, "members", members)
end
return joins
