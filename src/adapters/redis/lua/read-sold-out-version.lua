-- Reads the version of a sold-out board. A board without a version gets one, so that a later loss changes it.
-- KEYS: marker
-- ARGV: version for a board without one, kept until (Unix time in milliseconds; 0: forever)
-- Returns the version.

local is_new = redis.call("HSETNX", KEYS[1], "version", ARGV[1]) == 1
local version = redis.call("HGET", KEYS[1], "version")
if is_new then expire(KEYS, ARGV[2]) end
return version
