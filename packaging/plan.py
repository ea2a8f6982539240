"""The plan that `swift build -c release` followed: every command, by what it makes."""

import json
import pathlib
import re
import sys

PLAN = pathlib.Path(".build/release.yaml")


def commands():
    """The words of each command, by the paths of what it makes."""
    if not PLAN.exists():
        sys.exit(f"{sys.argv[0]}: {PLAN} is missing: run swift build -c release first")
    found, made = {}, []
    for line in PLAN.read_text().splitlines():
        if match := re.match(r" +outputs: (\[.*\])$", line):
            made = json.loads(match[1])
        elif match := re.match(r" +args: (\[.*\])$", line):
            found.update((path, json.loads(match[1])) for path in made)
            made = []
    return found


def linking(commands, program):
    """The command that links a program."""
    for path, words in commands.items():
        if path.endswith(f"/release/{program}") and "-emit-executable" in words:
            return list(words)
    sys.exit(f"{sys.argv[0]}: {PLAN} does not say how {program} is linked")
