-- Functions for the marker of a sold-out board. The scripts that use them are loaded after this file.
-- The marker is a hash with the board's version, policy and number of members.

-- A board is ready if its marker names the policy and there are as many entries as it says.
local function is_ready(entries, marker, policy)
  local stored_policy, members = unpack(redis.call("HMGET", marker, "policy", "members"))
  return stored_policy == policy and redis.call("ZCARD", entries) == tonumber(members)
end

-- Expires keys at `kept_until` (Unix time in milliseconds; "0": never).
local function expire(keys, kept_until)
  if kept_until == "0" then return end
  for _, key in ipairs(keys) do redis.call("PEXPIREAT", key, kept_until) end
end

