"""Moves the clock of each Python program that has this folder in its path, by SECONDS_AHEAD; the time passes as usual."""

import os
import time

import time_machine

ahead_s = float(os.environ["SECONDS_AHEAD"])
clock = time_machine.travel(time.time() + ahead_s, tick=True).start()
# To set the clock took some time itself.
clock.shift(time_machine.escape_hatch.time.time() + ahead_s - time.time())
