"""What redis does in one step: each script is one round trip, by the clock of redis, in whole microseconds.

Lua counts in doubles, which hold whole numbers up to 2^53: microseconds until the year 2255. A clock that is set back
does no lasting harm: nothing is ever longer away than it was when it was written.
"""

import hashlib


class Script:
    """Called by its digest, and by its text where redis has forgotten it."""

    __slots__ = ("digest", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


_NOW = "local time = redis.call('TIME') local now = time[1] * 1000000 + time[2] "

CLAIM = Script(
    _NOW
    + """
local owner, length, places = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local kept, taken, mine, longest = redis.call('HGETALL', KEYS[1]), 0, false, 0
for index = 1, #kept, 2 do
  local ends, granted = string.match(kept[index + 1], '^(%d+) (%d+)$')
  local left = tonumber(ends) - now
  granted = tonumber(granted)
  if left <= 0 then
    redis.call('HDEL', KEYS[1], kept[index])
  else
    if left > granted then
      left = granted
      redis.call('HSET', KEYS[1], kept[index], string.format('%.0f %.0f', now + left, granted))
    end
    taken, mine, longest = taken + 1, mine or kept[index] == owner, math.max(longest, left)
  end
end
local free = mine or taken < places
if free then
  redis.call('HSET', KEYS[1], owner, string.format('%.0f %.0f', now + length, length))
  longest = math.max(longest, length)
end
if longest > 0 then redis.call('PEXPIRE', KEYS[1], math.ceil(longest / 1000)) end
return free and 1 or 0
"""
)
"""owner, microseconds, places → 1 or 0. A hash: who has a place, until when, and for how long it was given."""

TAKE = Script(
    _NOW
    + """
local cost, burst, most, least = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local full = cost * burst
local used = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or 0) - now, 0), full)
local free = math.floor((full - used) / cost)
local granted = math.min(most, free)
if granted < least then granted = 0 end
used = used + granted * cost
if used > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f', now + used), 'PX', math.ceil(used / 1000))
end
local rest = used % cost
if rest == 0 then rest = cost end
return {granted, free - granted, rest}
"""
)
"""cost of one, burst, most, least → granted, remaining, microseconds. The value: when all of it is there again."""

GIVE_BACK = Script(
    _NOW
    + """
local full_at = redis.call('GET', KEYS[1])
if not full_at then return 0 end
local left = tonumber(full_at) - tonumber(ARGV[1]) - now
if left <= 0 then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], string.format('%.0f', now + left), 'PX', math.ceil(left / 1000))
return 1
"""
)
"""The cost of what is given back."""

ADD = Script(
    """
local number = redis.call('INCRBY', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return number
"""
)
"""amount, milliseconds → what it comes to."""
