-- Tells a board's version, and gives one to a board that has none: else a wipe later on would pass for no change.
-- KEYS: marker. ARGV: a version to give, kept until (ms since 1970; 0: for ever).
-- Answers: the version.
local given = redis.call("HSETNX", KEYS[1], "version", ARGV[1]) == 1
local version = redis.call("HGET", KEYS[1], "version")
if given and ARGV[2] ~= "0" then redis.call("PEXPIREAT", KEYS[1], ARGV[2]) end
return version
