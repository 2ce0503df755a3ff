-- Lets a board go without waiting until its members are freed.
-- KEYS: board.
-- Answers: 1 where there was one.
return redis.call("UNLINK", KEYS[1])
