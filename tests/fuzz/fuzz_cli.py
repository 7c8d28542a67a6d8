"""Fuzzing of command lines: `python -m tests.fuzz.fuzz_cli -max_total_time=600`."""

from tests.fuzz.harness import fuzz

if __name__ == "__main__":
    fuzz("command_line")
