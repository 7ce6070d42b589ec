"""Keeps files and functions small: at most 400 lines a file, 50 a function (aim for 30)."""

import ast
import subprocess
import sys
from pathlib import Path

FILE, FUNCTION = 400, 50


def main() -> int:
    """Print what is too long; return the number of findings."""
    names = subprocess.run(["git", "ls-files", "*.py"], capture_output=True, text=True, check=True).stdout.split()
    found = 0
    for name in names:
        path = Path(name)
        if "/migrations/" in name or not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        if (lines := text.count("\n")) > FILE:
            found += 1
            sys.stdout.write(f"{name}: {lines} lines, more than {FILE}\n")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION:
                    found += 1
                    sys.stdout.write(f"{name}:{node.lineno} {node.name}: {length} lines, more than {FUNCTION}\n")
    return found


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
