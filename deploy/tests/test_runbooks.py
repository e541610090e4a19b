"""What the runbooks tell people to type is there: commands, settings, tables, metrics."""

import functools
import os
import pathlib
import re
import subprocess

import pytest
import yaml

DEPLOY = pathlib.Path(__file__).parent.parent
ROOT = DEPLOY.parent
TMTPD = pathlib.Path(os.environ["TMTPD_BIN"])
RUNBOOKS = (DEPLOY / "README.md").read_text()
# In code, in a block or in a line.
CODE = re.findall(r"`([^`\n]+)`", RUNBOOKS) + [line.strip() for line in RUNBOOKS.splitlines() if line.startswith("    ")]
ROLE = re.search(r'ROLE: &str = "(\w+)"', (ROOT / "services/store/src/postgres/wall.rs").read_text()).group(1)


def section(title):
    return RUNBOOKS.split(f"\n## {title}\n")[1].split("\n## ")[0]


@functools.cache
def usage(*words):
    return subprocess.run([TMTPD, *words, "--help"], capture_output=True, text=True).stdout


def subcommands(*words):
    text = usage(*words)
    return re.findall(r"^  ([a-z-]+) ", text.partition("Commands:")[2].partition("Options:")[0], re.MULTILINE)


def test_every_command_that_a_runbook_names_is_one():
    found = 0
    for code in CODE:
        for words in re.findall(r"(?:^|[ /])tmtpd((?: [a-z][a-z-]+\b(?!=))+)", code):
            path = []
            for word in words.split():
                offered = subcommands(*path)
                if not offered:
                    break
                assert word in offered, f"{code}: {word} is none of {offered}"
                path.append(word)
                found += 1
    assert found > 30


def test_every_option_that_a_runbook_gives_is_one():
    found = 0
    for code in CODE:
        match = re.search(r"(?:^|[ /])tmtpd((?: [a-z][a-z-]+)+)\b(.*)", code)
        if not match:
            continue
        path = []
        for word in match.group(1).split():
            if word in subcommands(*path):
                path.append(word)
        known = usage(*path)
        for option in re.findall(r"(?<= )--[a-z-]+", match.group(2)):
            assert re.search(rf"{option}\b", known), f"{code}: {option}"
            found += 1
    assert found > 20


def test_every_table_that_a_runbook_changes_is_there():
    schema = "".join(path.read_text() for path in (ROOT / "migrations/postgres").glob("*.sql"))
    tables = {table for code in CODE for table in re.findall(r"(?:DELETE FROM|UPDATE|SELECT .* FROM) ([a-z_]+)", code)}
    assert tables >= {"secrets", "signing_keys", "sites"}
    assert tables - {table for table in tables if re.search(rf"CREATE TABLE {table} ", schema)} <= {"pg_stat_replication"}


def test_secrets_of_the_database_are_called_as_the_programs_call_them():
    sources = "".join(path.read_text() for path in (ROOT / "services").glob("*/src/**/*.rs"))
    names = re.findall(r"FROM secrets WHERE name = '([^']+)'", RUNBOOKS)
    assert len(names) == 2
    assert all(f'"{name}"' in sources for name in names)


@pytest.mark.parametrize("file", ["deploy/README.md", "README.md"])
def test_every_metric_that_is_named_is_in_the_catalogue(file):
    text = (ROOT / file).read_text()
    catalogue = (ROOT / "README.md").read_text().split("\n## Metrics\n")[1].split("\n## ")[0]
    known = set(re.findall(r"`(\w+)", "".join(line.split("|")[1] for line in catalogue.splitlines() if line.startswith("|"))))
    known |= set(re.findall(r"\b(?:tmtp|process)_\w+", catalogue))
    named = set(re.findall(r"`((?:tmtp|process)_[a-z_]+)", text))
    # Of one organization, at an address of their own; and a role in Postgres.
    assert {name for name in named - known if not name.startswith("tmtp_site_")} <= {ROLE}


def test_the_role_of_the_second_wall_is_made_as_the_program_calls_it():
    assert re.findall(r"^    CREATE ROLE (\w+) NOLOGIN;", section("The second wall"), re.M) == [ROLE]
    assert re.findall(r"^    GRANT (\w+) TO tmtp;", section("The second wall"), re.M) == [ROLE]


def test_every_secret_of_the_values_has_its_row_among_those_to_rotate():
    values = (ROOT / "helm/tmtp-hosting/values.yaml").read_text()
    holders = {path for path, node in walk(yaml.safe_load(values)) if path.endswith("existingSecret") and not path.endswith("ca.existingSecret")}
    rows = section("Rotating secrets")
    told = {"database.existingSecret": "a database's URL", "redis.existingSecret": "password of Redis", "bodies.s3.existingSecret": "keys for S3",
            "internalTls.existingSecret": "between edge and delivery", "control.operatorKey.existingSecret": "control.operator_key",
            "control.mail.existingSecret": "control.mail", "monitoring.siteMonitor.existingSecret": "API keys"}
    assert holders == set(told)
    assert all(words in rows for words in told.values())


def walk(node, prefix=""):
    for key, value in node.items():
        path = f"{prefix}{key}"
        yield path, value
        if isinstance(value, dict) and key != "existingSecret":
            yield from walk(value, f"{path}.")
