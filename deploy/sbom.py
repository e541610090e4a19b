#!/usr/bin/env python3
"""Prints what our programs are made of, as CycloneDX 1.6 (JSON): every crate that is linked into tmtpd or tmtp, with
version, licence, checksum and what it depends on. The same tree gives the same text.

    deploy/sbom.py                every crate
    deploy/sbom.py FILE...        for an image: with those of tmtp-loadtest, and the Debian packages that these files of the
                                  system are of
"""

import json
import os
import pathlib
import platform
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ["tmtpd", "tmtp-client"] + (["tmtp-loadtest"] if sys.argv[1:] else [])
REGISTRY = "registry+"


def metadata():
    target = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    host = next(line.split()[1] for line in target.splitlines() if line.startswith("host:"))
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", host]
    return json.loads(subprocess.run(command, cwd=HERE, capture_output=True, check=True).stdout)


def linked(found):
    """Ids of packages that are linked in, with what each depends on. Tools of the build and of tests are not."""
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    names = {package["id"]: package["name"] for package in found["packages"]}
    wanted = [identity for identity, name in names.items() if name in PROGRAMS]
    edges = {}
    while wanted:
        identity = wanted.pop()
        if identity not in edges:
            edges[identity] = sorted({dependency["pkg"] for dependency in nodes[identity]["deps"]
                                      if any(kind["kind"] is None for kind in dependency["dep_kinds"])})
            wanted += edges[identity]
    return edges


def reference(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package, checksums):
    made = {"type": "library", "bom-ref": reference(package), "name": package["name"], "version": package["version"]}
    if package["license"]:
        # Before SPDX had expressions, crates wrote a slash for OR.
        made["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if (package["source"] or "").startswith(REGISTRY):
        made["purl"] = reference(package)
        made["hashes"] = [{"alg": "SHA-256", "content": checksums[package["name"], package["version"]]}]
    return made


def packages_of(files):
    """The Debian packages that files are of, by the names that dpkg knows the files by: it may not know of merged folders."""
    owners = set()
    for file in files:
        every = [file, f"/usr{file}", os.path.realpath(file), os.path.realpath(file).removeprefix("/usr")]
        answers = [subprocess.run(["dpkg-query", "--search", name], capture_output=True, text=True).stdout for name in every]
        found = [line.rpartition(": ")[0].split(",")[0] for answer in answers for line in answer.splitlines()
                 if not line.startswith("diversion ")]
        if not found:
            raise SystemExit(f"sbom: no package has {file}")
        owners.add(found[0])
    return sorted(owners)


def system_component(package):
    shown = "${Package}\t${Version}\t${Architecture}"
    words = ["dpkg-query", "--show", f"--showformat={shown}", package]
    name, version, arch = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split("\t")
    system = platform.freedesktop_os_release()
    distro = f"{system['ID']}-{system.get('VERSION_ID', 'unknown')}"
    purl = f"pkg:deb/{system['ID']}/{name}@{version}?arch={arch}&distro={distro}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def main():
    system = [system_component(package) for package in packages_of(sys.argv[1:])]
    found, lock = metadata(), tomllib.loads((HERE / "Cargo.lock").read_text())
    checksums = {(each["name"], each["version"]): each.get("checksum") for each in lock["package"]}
    packages = {package["id"]: package for package in found["packages"]}
    edges = linked(found)
    every = sorted((packages[identity] for identity in edges), key=reference)
    version = next(package["version"] for package in every if package["name"] == "tmtpd")
    about = {"type": "application", "bom-ref": "tmtp-hosting", "name": "tmtp-hosting", "version": version,
             "licenses": [{"expression": "MPL-2.0"}]}
    commit = os.environ.get("TMTP_COMMIT")
    if commit:
        about["properties"] = [{"name": "tmtp:commit", "value": commit}]
    programs = sorted(reference(package) for package in every if package["name"] in PROGRAMS)
    depends = {"tmtp-hosting": programs + [each["bom-ref"] for each in system]}
    depends |= {each["bom-ref"]: [] for each in system}
    depends |= {reference(packages[identity]): sorted(reference(packages[to]) for to in tos) for identity, tos in edges.items()}
    print(json.dumps({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": about},
        "components": [component(package, checksums) for package in every] + system,
        "dependencies": [{"ref": ref, "dependsOn": depends[ref]} for ref in sorted(depends)],
    }, indent=1))


if __name__ == "__main__":
    main()
