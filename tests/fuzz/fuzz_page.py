"""Fuzzing of page texts: `python -m tests.fuzz.fuzz_page -max_total_time=600`."""

from tests.fuzz.harness import fuzz

if __name__ == "__main__":
    fuzz("page")
