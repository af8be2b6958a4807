"""What lies in deploy/ is what its tools take, and names only variables, commands, ports and paths that there are."""

from __future__ import annotations

import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from tandem.cli.program import app
from tandem.engine.runner.distributed import Beats
from tandem.http_server import _GRACE_SECONDS
from tandem.settings import read_environment
from tandem.settings.process import VARIABLES
from tandem.store.database import Database
from tandem.store.migrate import revision_of
from tandem.store.migrations import HEAD
from tandem.web.webhooks import PATH as WEBHOOKS

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
TOOLS = Path(sys.executable).parent
KUBERNETES = sorted(
    path for path in DEPLOY.glob("kubernetes/**/*.yaml") if path.name != "kustomization.yaml"
)
UNITS = sorted([*DEPLOY.glob("systemd/*.service"), *DEPLOY.glob("systemd/*.timer")])
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".json")
WEB, METRICS = 8800, 9464


def named(path: Path) -> str:
    return str(path.relative_to(DEPLOY))


def checked(*command: str | Path) -> str:
    done = subprocess.run(
        [str(each) for each in command], capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def documents(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text("utf-8")))


# --------------------------------------------------------------------------- what the tools say


def test_the_container_file_has_no_fault_that_hadolint_knows() -> None:
    assert checked(TOOLS / "hadolint", DEPLOY / "container/Containerfile") == ""


def test_the_compose_file_is_one_by_its_specification() -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    checked(TOOLS / "check-jsonschema", *schema, DEPLOY / "compose/compose.yaml")


@pytest.mark.parametrize("version", ["1.30", "1.37"])
def test_kubernetes_takes_every_object_and_each_of_its_fields(version: str) -> None:
    said = checked(TOOLS / "kubernetes-validate", "--strict", "-k", version, *KUBERNETES)

    assert said.count(" passed ") == sum(len(documents(path)) for path in KUBERNETES)


def test_every_file_of_kubernetes_is_in_a_kustomization() -> None:
    (whole,) = documents(DEPLOY / "kubernetes/kustomization.yaml")
    (optional,) = documents(DEPLOY / "kubernetes/autoscaling/kustomization.yaml")
    listed = [f"kubernetes/{name}" for name in whole["resources"]]
    listed += [f"kubernetes/autoscaling/{name}" for name in optional["resources"]]

    assert sorted(listed) == [named(path) for path in KUBERNETES]


def test_systemd_finds_no_fault_where_the_machine_has_its_checker(tmp_path: Path) -> None:
    """Elsewhere the next test knows the words by heart."""
    checker, known = shutil.which("systemd-analyze"), Path("/lib/systemd")
    if checker is None or not known.is_dir():
        return
    there = tmp_path / "etc/systemd/system"
    there.mkdir(parents=True)
    for path in UNITS:
        shutil.copy(path, there)
    shutil.copytree(known, tmp_path / "lib/systemd", symlinks=True)
    for program in ("opt/tandem/bin/tandem", "bin/sh", "usr/bin/find"):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).touch(0o755)
    units = [path.name.replace("@.", "@1.") for path in UNITS]

    assert checked(checker, "--man=no", f"--root={tmp_path}", "verify", *units) == ""


DIRECTIVES = {
    "Unit": {"After", "Description", "Documentation", "StartLimitIntervalSec", "Wants"},
    "Timer": {"OnCalendar", "Persistent", "RandomizedDelaySec", "Unit"},
    "Install": {"WantedBy"},
    "Service": {
        *("CapabilityBoundingSet", "DevicePolicy", "Environment", "EnvironmentFile", "ExecStart"),
        *("ExecStartPost", "Group", "IOSchedulingClass", "KillMode", "KillSignal", "LimitNOFILE"),
        *("LoadCredential", "LockPersonality", "MemoryAccounting", "MemoryDenyWriteExecute"),
        *("MemoryMax", "Nice", "NoNewPrivileges", "PrivateDevices", "PrivateTmp", "PrivateUsers"),
        *("ProcSubset", "ProtectClock", "ProtectControlGroups", "ProtectHome", "ProtectHostname"),
        *("ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "ProtectProc"),
        *("ProtectSystem", "Restart", "RestartPreventExitStatus", "RestartSec"),
        *("RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID"),
        *(
            "StateDirectory",
            "StateDirectoryMode",
            "SystemCallArchitectures",
            "SystemCallErrorNumber",
        ),
        *("SystemCallFilter", "TasksMax", "TimeoutStopSec", "Type", "UMask", "User"),
        "WorkingDirectory",
    },
}
"""Those of systemd.directives(7), systemd 252, that the units use."""


def _directives(path: Path) -> Iterator[tuple[str, str, str]]:
    section = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            name, equals, value = line.partition("=")
            assert equals, f"{path.name}: {line}"
            yield section, name, value


@pytest.mark.parametrize("path", [*UNITS, DEPLOY / "systemd/postgresql.conf"], ids=named)
def test_every_directive_is_one_of_its_section(path: Path) -> None:
    assert [
        (section, name)
        for section, name, _ in _directives(path)
        if name not in DIRECTIVES.get(section, ())
    ] == []


@pytest.mark.parametrize("path", [p for p in UNITS if p.suffix == ".service"], ids=named)
def test_every_service_is_locked_in_and_is_given_its_key_as_a_credential(path: Path) -> None:
    said = {(name, value) for section, name, value in _directives(path) if section == "Service"}

    assert {
        ("CapabilityBoundingSet", ""),
        ("LoadCredential", "key:/etc/tandem/key"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("SystemCallFilter", "@system-service"),
        ("User", "tandem"),
    } <= said


# --------------------------------------------------------------------------- what Tandem says


def test_every_variable_named_is_one_that_tandem_reads() -> None:
    unknown = {
        (named(path), name)
        for path in FILES
        for name in re.findall(r"\bTANDEM_[A-Z_]+\b", path.read_text("utf-8"))
        if name not in VARIABLES and name != "TANDEM_IMAGE"  # the compose file's own
    }
    assert unknown == set()


def commands() -> list[tuple[str, list[str]]]:
    """Every command line of Tandem in these files: what comes after ``tandem``."""
    found = [
        (named(path), shlex.split(match.replace("%i", "1")))
        for path in UNITS
        for match in re.findall(r"/opt/tandem/bin/tandem ([^'\n]+)", path.read_text("utf-8"))
    ]
    (compose,) = documents(DEPLOY / "compose/compose.yaml")
    found += [
        (f"compose: {name}", each["command"])
        for name, each in compose["services"].items()
        if name != "database"
    ]
    found += [(name, box["args"]) for name, box in _boxes()]
    default = re.findall(r"^CMD (.+)$", (DEPLOY / "container/Containerfile").read_text(), re.M)
    return [*found, *(("Containerfile", yaml.safe_load(each)) for each in default)]


def _boxes() -> list[tuple[str, dict[str, Any]]]:
    """The containers of all pods, with the names of what makes them."""
    return [
        (each["metadata"]["name"], box)
        for path in KUBERNETES
        for each in documents(path)
        if "template" in each.get("spec", {})
        for box in each["spec"]["template"]["spec"]["containers"]
    ]


@pytest.mark.parametrize(("where", "arguments"), commands())
def test_every_command_line_is_one_that_tandem_takes(where: str, arguments: list[str]) -> None:
    name, *rest = arguments
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]

    context = known[name].make_context(name, rest)
    assert context.args == []


def test_the_command_that_migrates_needs_nothing_but_the_database(tmp_path: Path) -> None:
    """And brings an empty one to this version's tables."""
    surroundings = {"TANDEM_HOME": str(tmp_path), "LANG": "C.UTF-8"}
    done = subprocess.run(
        [TOOLS / "tandem", "connections"], env=surroundings, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with Database(f"sqlite:///{tmp_path}/tandem.db").reading() as database:
        assert revision_of(database) == HEAD


# --------------------------------------------------------------------------- what agrees with what


def _environment(path: Path) -> dict[str, str]:
    lines = path.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _image() -> str:
    return (DEPLOY / "container/Containerfile").read_text("utf-8")


def _variables_of_the_image() -> dict[str, str]:
    found = re.findall(r"(TANDEM_\w+)=(\S+)", _image())
    return dict(found)


def test_tandem_reads_what_the_image_says() -> None:
    read = read_environment(_variables_of_the_image())

    assert (read.web_host, read.web_port) == ("0.0.0.0", WEB)
    assert (read.metrics.host, read.metrics.port) == ("0.0.0.0", METRICS)
    assert read.home == Path("/var/lib/tandem")
    assert f"EXPOSE {WEB} {METRICS}" in _image()
    assert read_environment({}).web_port == WEB


def test_tandem_reads_what_the_other_places_say(tmp_path: Path) -> None:
    """With the files of the secrets put where the test may write."""
    (compose,) = documents(DEPLOY / "compose/compose.yaml")
    kubernetes = _environment(DEPLOY / "kubernetes/tandem.env")
    systemd = _environment(DEPLOY / "systemd/tandem.env")
    serve = {
        **compose["services"]["serve"]["environment"],
        "TANDEM_WEB_URL": "https://tandem.example.com",
    }
    for said in (serve, kubernetes, systemd):
        secrets = {name: path for name, path in said.items() if name.endswith("_FILE")}
        for name in secrets:
            file = tmp_path / name
            file.write_text("postgresql://tandem@database/tandem")
            said[name] = str(file)
        read = read_environment({**_variables_of_the_image(), **said})
        assert read.log_format == "json"
        assert read.metrics.port == METRICS


def test_every_secret_named_is_one_that_is_mounted() -> None:
    (compose,) = documents(DEPLOY / "compose/compose.yaml")
    given = set(compose["secrets"])
    for service in compose["services"].values():
        named_files = {
            value.removeprefix("/run/secrets/")
            for name, value in service["environment"].items()
            if name.endswith("_FILE")
        }
        assert named_files == set(service["secrets"]) <= given
    assert all(each["file"].startswith("./secrets/") for each in compose["secrets"].values())
    for name, value in _environment(DEPLOY / "kubernetes/tandem.env").items():
        if name.endswith("_FILE"):
            assert value.startswith("/run/secrets/tandem/")
    for _, box in _boxes():
        mounts = {each["name"]: each["mountPath"] for each in box["volumeMounts"]}
        assert mounts["secrets"] == "/run/secrets/tandem"


def test_no_secret_stands_in_a_file() -> None:
    for path in FILES:
        text = path.read_text("utf-8")
        assert not re.search(r"(?i)password: *[^/\s$]|://\w+:[^…@\s]+@", text), named(path)
        assert "kind: Secret" not in text


@pytest.mark.parametrize(("name", "box"), _boxes())
def test_every_pod_is_restricted_and_has_bounds(name: str, box: dict[str, Any]) -> None:
    """As the restricted pod security standard wants it."""
    pod = next(
        each["spec"]["template"]["spec"]
        for path in KUBERNETES
        for each in documents(path)
        if each["metadata"]["name"] == name and "template" in each.get("spec", {})
    )
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert box["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert box["resources"]["limits"]["memory"]
    assert f"USER {pod['securityContext']['runAsUser']}:" in _image()


def test_every_probe_asks_a_path_that_is_served_on_the_port_it_names() -> None:
    paths = {"/healthz", "/readyz"}
    assert paths <= _routes()
    for name, box in _boxes():
        ports = {each["name"]: each["containerPort"] for each in box.get("ports", [])}
        assert ports.items() <= {"web": WEB, "metrics": METRICS}.items()
        for probe in (value["httpGet"] for key, value in box.items() if key.endswith("Probe")):
            assert probe["path"] in paths
            assert probe["port"] in ports
            # The web app answers to its own names and to this machine's only.
            is_web = probe["port"] == "web"
            assert (
                {"name": "Host", "value": "localhost"} in probe.get("httpHeaders", [])
            ) is is_web
        assert name == "tandem-migrate" or {"livenessProbe", "readinessProbe"} <= set(box)


def _routes() -> set[str]:
    text = (ROOT / "src/tandem/web/app.py").read_text("utf-8")
    return set(re.findall(r'Route\("(/\w+)"', text))


def test_who_ends_a_program_gives_it_longer_than_it_needs() -> None:
    needs = Beats().ending + _GRACE_SECONDS
    (compose,) = documents(DEPLOY / "compose/compose.yaml")
    patience = [
        int(value)
        for path in UNITS
        for _, name, value in _directives(path)
        if name == "TimeoutStopSec"
    ]
    patience += [
        each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        for path in KUBERNETES
        for each in documents(path)
        if each["kind"] == "Deployment"
    ]
    patience.append(int(compose["services"]["worker"]["stop_grace_period"].removesuffix("s")))

    assert len(patience) == 5
    assert min(patience) > needs + 5, "Kubernetes waits five seconds before it says so"


def test_the_proxies_let_the_webhooks_in_and_say_who_asks() -> None:
    for path in sorted(DEPLOY.glob("proxy/*")):
        text = path.read_text("utf-8")
        assert WEBHOOKS in text, named(path)
        assert "X-Forwarded-Prefix" in text, named(path)
        assert f"127.0.0.1:{WEB}" in text, named(path)
        assert "/healthz" in text, named(path)
    nginx = (DEPLOY / "proxy/nginx.conf").read_text("utf-8")
    assert set(re.findall(r"X-Forwarded-\w+", nginx)) == {
        f"X-Forwarded-{each}" for each in ("For", "Host", "Proto", "Prefix")
    }


# --------------------------------------------------------------------------- the image


def _locked(name: str) -> dict[str, str]:
    text = (ROOT / f"requirements/{name}.lock").read_text("utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


def test_the_image_has_what_everybody_has_and_the_traces() -> None:
    image, run, dev = _locked("container"), _locked("run"), _locked("dev")

    assert run.items() <= image.items()
    assert image.items() <= dev.items()
    assert "opentelemetry-sdk" in image


def test_the_builder_is_shown_all_that_it_copies_and_nothing_else() -> None:
    copied = set()
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", _image(), re.MULTILINE):
        copied.update(sources.split())
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }
    assert {each.rstrip("/") for each in copied} == {
        "requirements" if each.startswith("requirements/") else each for each in allowed
    }
    assert all((ROOT / each).exists() for each in allowed)


def test_a_container_without_a_healthy_tandem_says_so(free_port: int) -> None:
    script = DEPLOY / "container/healthy.py"
    ended = subprocess.run(
        [sys.executable, script],
        env={"TANDEM_METRICS_PORT": str(free_port)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert f"/healthz on port {free_port}: " in ended.stderr


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_a_container_is_as_healthy_as_its_tandem(status: int, code: int) -> None:
    class Tandem(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Nothing: pytest shows what fails."""

    with HTTPServer(("127.0.0.1", 0), Tandem) as server:
        answering = threading.Thread(target=server.handle_request)
        answering.start()
        ended = subprocess.run(
            [sys.executable, DEPLOY / "container/healthy.py", "/readyz"],
            env={"TANDEM_METRICS_PORT": str(server.server_port), "HTTP_PROXY": "http://192.0.2.1"},
            check=False,
            capture_output=True,
        )
        answering.join(10)

    assert ended.returncode == code


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
