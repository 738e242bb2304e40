#!/usr/bin/env python3
"""Holds every #include of the tree against cmake/module_map.json: include_map.py <source tree>"""

import json
import pathlib
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
STANDARD = re.compile(r"^[a-z_]+$|^c[a-z]+$")


class Map:
    def __init__(self, root):
        self.root = root
        data = json.loads((root / "cmake/module_map.json").read_text(encoding="utf-8"))
        self.libraries = data["libraries"]
        self.generated = data["generated"]
        self.modules = data["modules"]
        self.exceptions = {(each["from"], each["include"]) for each in data["exceptions"] if each["reason"]}
        self.used_exceptions = set()

    def module_of(self, path):
        for module in self.modules:
            if any(path == prefix or path.startswith(prefix) for prefix in module["paths"]):
                return module
        return None

    def file_of(self, include):
        """The file in the tree that "stimmbuch/<folders>/<name>" stands for."""
        folders = include.removeprefix("stimmbuch/").rsplit("/", 1)[0]
        while folders:
            path = f"{folders}/include/{include}"
            if (self.root / path).is_file():
                return path
            folders = folders.rpartition("/")[0]
        return None

    def library_of(self, include):
        for name, prefixes in self.libraries.items():
            if any(include == prefix or (prefix.endswith("/") and include.startswith(prefix)) for prefix in prefixes):
                return name
        return None

    def complaint(self, path, quote, include):
        """What is wrong with an include of a file, or None."""
        module = self.module_of(path)
        if include in self.generated:
            return None
        if include.startswith("stimmbuch/"):
            return self.complaint_of_module(module, include)
        if quote == '"':
            # Tests and tools may see into the modules whose sources they put on their include path.
            known = "*" in module["includes"] or self.is_private_header(path, include)
            return None if known else "is no private header of this module"
        if STANDARD.match(include):
            return None
        library = self.library_of(include)
        if library is None:
            return "belongs to no library that the map names"
        public = "/include/" in path
        allowed = module.get("public_libraries", []) + ([] if public else module.get("libraries", []))
        if library in allowed or "*" in allowed:
            return None
        return f"shows {library}, which {'public headers of ' if public else ''}{module['name']} may not include"

    def is_private_header(self, path, include):
        """Whether a plain include names a file beside the including one, or below the src/ that it lies in."""
        folder = path.rpartition("/")[0]
        src = re.match(r".*/src(?=/)", path)
        return any((self.root / base / include).is_file() for base in {folder, src.group() if src else folder})

    def complaint_of_module(self, module, include):
        file = self.file_of(include)
        if file is None:
            return "is no file of this tree"
        other = self.module_of(file)["name"]
        if other == module["name"] or other in module["includes"] or "*" in module["includes"]:
            return None
        if (module["name"], include) in self.exceptions:
            self.used_exceptions.add((module["name"], include))
            return None
        return f"belongs to {other}, which {module['name']} may not include"


def sources(root):
    files = subprocess.run(
        ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "*.hpp", "*.cpp", "*.h"],
        check=False, capture_output=True, text=True)
    if files.returncode == 0:
        return sorted(set(files.stdout.split()))
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.[hc]pp") if "build" not in path.parts)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    module_map = Map(root)
    complaints = []
    files = [path for path in sources(root) if (root / path).is_file()]
    for path in files:
        if module_map.module_of(path) is None:
            complaints.append(f"{path}: belongs to no module")
            continue
        for quote, include in INCLUDE.findall((root / path).read_text(encoding="utf-8")):
            if complaint := module_map.complaint(path, quote, include):
                complaints.append(f"{path}: {include} {complaint}")
    for name, include in module_map.exceptions - module_map.used_exceptions:
        complaints.append(f"module_map.json: nobody needs the exception of {name} for {include}")
    if complaints or not files:
        sys.exit("\n".join(complaints) or "no files")
    print(f"{len(files)} files as the map says")


main()
