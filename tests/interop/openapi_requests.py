#!/usr/bin/env python3
"""Requests that schemathesis makes from /openapi.json to a town that has lived through its year:
openapi_requests.py <program> <schemathesis> <directory> [role...], about 5 000 for each role, citizen and staff by default.

Fails on an answer that the document does not describe, and on any 5xx. TRACE and QUERY are left out: the server says
501 to methods that it does not implement, as RFC 9110, section 9.1, wants it. Left out are also streams, which do not end, and the bulk
route, whose lines the tester cannot write.
"""

import json
import pathlib
import re
import subprocess
import sys
import urllib.request

ROLES = ["citizen", "staff"]
EXAMPLES = "6"  # random ones for each route, besides those that cover its schema
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
LEFT_OUT = "(polls/.*/events|events/stream|/commands)$"
METHODS = '["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"]'


def config(url):
    """Ids that exist, so that most requests get further than a 404."""
    with urllib.request.urlopen(f"{url}/v1/contributions?project=stadt-raum-wir&limit=3") as answer:
        contributions = [item["contribution"] for item in json.load(answer)["items"]]
    known = {
        "path.project": ["stadt-raum-wir", "klmitwirkung", "barrierefreie-wege", "lokale-logistik"],
        "path.poll": ["stadt-raum-wir"],
        "path.survey": ["ausprobierbox"],
        "path.contribution": contributions,
        "path.document": ["leitlinien"],
        "path.version": ["1", "2"],
        "path.phase": ["ideen", "dialog", "karte", "umfrage"],
        "path.milestone": ["lautern-tanzt"],
        "path.option": ["lautern-tanzt"],
        "query.project": ["stadt-raum-wir", "klmitwirkung", "barrierefreie-wege"],
        "query.phase": ["ideen", "dialog", "karte"],
        "query.survey": ["ausprobierbox"],
        "query.question": ["grund"],
    }
    lines = [f"{json.dumps(name)} = {json.dumps(values)}" for name, values in known.items()]
    return "[parameters]\n" + "\n".join(lines) + f"\n\n[phases.coverage]\nunexpected-methods = {METHODS}\n"


def main():
    program, tester, directory = sys.argv[1:4]
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    town = subprocess.Popen([program, "demo", "--citizens", "200", "--json", "--progress", "none"],
                            stdout=subprocess.PIPE, text=True)
    try:
        serving = next(event for event in map(json.loads, town.stdout) if event.get("type") == "serving")
        (directory / "schemathesis.toml").write_text(config(serving["url"]), encoding="utf-8")
        total = 0
        for role in sys.argv[4:] or ROLES:
            if role == "citizen":
                token = serving["citizen"]
            else:
                token = subprocess.run([program, "token", "--data", serving["data"], "--role", role, "--subject", role],
                                       check=True, capture_output=True, text=True).stdout.strip()
            ran = subprocess.run(
                [tester, "--config-file", str(directory / "schemathesis.toml"), "run", serving["url"] + "/openapi.json",
                 "--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--exclude-path-regex", LEFT_OUT,
                 "--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--generation-database", "none",
                 "--seed", "1", "--request-timeout", "30", "--no-color"],
                cwd=directory, capture_output=True, text=True)
            generated = re.search(r"(\d+) generated", ran.stdout)
            if ran.returncode != 0 or not generated:
                print(ran.stdout, ran.stderr, file=sys.stderr)
                sys.exit(f"{role}: schemathesis ended with {ran.returncode}")
            total += int(generated[1])
            print(f"{role}: {generated[1]} requests answered as described", flush=True)
        print(f"{total} in all")
    finally:
        town.terminate()
        town.wait()


if __name__ == "__main__":
    main()
