"""A production broker's own folder of settings with signed policies, and the commands that govern them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from broker.adapters.keys.development import make_keys
from tests.support.commands import watersmeet
from tests.support.real_servers import free_port
from tests.support.revisions import change, digest_of, small_policies
from tests.support.settings_folders import INDEX, PARTNER, write_folder

SIGNERS = ("guardian", "board")


@dataclass(frozen=True)
class Governed:
    """`config` starts; `policies` are in force there once a broker has started; `safe` has the keys."""

    folder: Path
    config: Path
    policies: Path
    safe: Path
    port: int

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command on this configuration."""
        return watersmeet(*arguments, "--config", str(self.config))

    def sign(self, folder: Path, key_id: str, *options: str) -> subprocess.CompletedProcess[str]:
        """As that signer."""
        return self.run("policy", "sign", str(folder), "--key", str(self.safe / f"{key_id}.pem"), *options)

    def next_revision(self, number: int, old: str, new: str) -> Path:
        """A copy with one edit that follows what is in force; nobody has signed it."""
        copy = self.folder / f"change-{number}"
        subprocess.run(["cp", "-r", str(self.policies), str(copy)], check=True)
        change(copy, old, new)
        text = (copy / "revision.yaml").read_text()
        _, _, signers = text.partition("change:")
        head = f"number: {number}\nprevious: sha256:{digest_of(self.policies)}\nchange:"
        (copy / "revision.yaml").write_text(head + signers)
        return copy

    def put_in_place(self, copy: Path) -> None:
        """The changed files into the folder in force."""
        subprocess.run(["cp", "-r", f"{copy}/.", str(self.policies)], check=True)


def governed(folder: Path) -> Governed:
    """A first revision whose two signers were made by the commands; they have not signed it yet."""
    policies, config, safe = small_policies(folder), folder / "config", folder / "safe"
    lines, fingerprints = [], []
    for key_id in SIGNERS:
        told = watersmeet("keys", "signer", str(safe), "--key-id", key_id, "--role", f"The {key_id}")
        assert told.returncode == 0, told.stderr
        lines += [line for line in told.stdout.splitlines() if line.startswith("  ")]
        fingerprints.append(told.stdout.split()[-1])
    (policies / "revision.yaml").write_text(
        "number: 1\nprevious: none\nchange: first\napproved_by: board 1\nsigners:\n" + "\n".join(lines) + "\n"
    )
    port = free_port()
    broker = f"""\
environment: production
listen: {{host: 127.0.0.1, port: {port}}}
base_url: https://watersmeet.example
store: {folder / "releases.sqlite"}
policies: {policies}
policy_signers: [{", ".join(fingerprints)}]
limits: {{policy_watch_s: 3600}}
contact: ["Service desk, 01632 960001"]
"""
    write_folder(config, broker=broker, partner=PARTNER, index=INDEX)
    (config / "keys.yaml").unlink()
    make_keys(config, environment="production", governance=safe)
    (config / "trust.yaml").write_text("connector_distributions: [watersmeet]\nissuers: []\n")
    return Governed(folder, config, policies, safe, port)
