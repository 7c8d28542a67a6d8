"""Fuzzing of data files: `python -m tests.fuzz.fuzz_yaml -max_total_time=600`."""

from tests.fuzz.harness import fuzz

if __name__ == "__main__":
    fuzz("data")
