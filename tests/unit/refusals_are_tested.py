#!/usr/bin/env python3
"""Every refusal is produced by a test: refusals_are_tested.py <source tree>"""

import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
header = (root / "domain/include/stimmbuch/domain/refusal.hpp").read_text(encoding="utf-8")
enumeration = re.search(r"enum class Refusal \{(.*?)\};", header, re.DOTALL).group(1)
refusals = re.findall(r"^\s*(\w+),", enumeration, re.MULTILINE)

tested = set()
for folder in ("unit", "contract", "integration"):
    for source in (root / "tests" / folder).glob("**/*.cpp"):
        tested.update(re.findall(r"\bRefusal::(\w+)", source.read_text(encoding="utf-8")))

missing = [refusal for refusal in refusals if refusal not in tested]
if not refusals or missing:
    sys.exit("refusals that no test produces: " + ", ".join(missing))
print(f"{len(refusals)} refusals, each produced by a test")
