"""Every knob on one screen, with its unit. Read from the environment once, at start."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str, *, default: bool) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes"}


def _list(name: str) -> tuple[str, ...]:
    return tuple(part for part in os.environ.get(name, "").split(",") if part)


@dataclass(frozen=True)
class Config:
    """Settings of one server. Empty `database_url` means SQLite in `var_dir`; empty `redis_url` means embedded."""

    var_dir: Path
    database_url: str
    redis_url: str
    debug: bool
    port: int
    hosts: tuple[str, ...]
    apps: tuple[str, ...]  # Django apps of the user, added to ours
    approvals: int  # people who must approve of changed rules; rules that move money need two at least
    email_url: str  # smtp://user:password@host:port; empty: mails are written to var_dir/outbox
    email_from: str  # the sender of e-mails
    https: bool  # people reach the server by HTTPS only, through a proxy that says X-Forwarded-Proto
    second_factor: bool  # staff must have a second factor; else they may
    loopback_gateways: bool  # gateways may stand on this machine: for stand-ins in tests
    bridge: str  # file that binds other apps' signals and models to events; empty: none
    api_per_minute: int  # requests that one API token may send in a minute; 0: any number
    former_secret_keys: tuple[str, ...]  # keys that stored secrets may still be encrypted under
    backups: Path  # the folder of the backups that rules ask for
    efactura_rules: str  # file of a compiled schematron (XSLT) that e-Factura documents must pass; empty: none
    backtests_ready: bool  # a process stands by, so that a backtest begins at once; else each loads everything first

    shards: int = 64  # lanes of dispatch; decisions of one customer share a lane
    lanes_per_batch: int = 8  # lanes that one worker decides in one transaction; the others are free for other workers
    batch_events: int = 100  # events decided in one transaction
    max_depth: int = 16  # laps of event -> rule -> action -> event before a chain is stopped
    lease_seconds: int = 120  # an action run whose worker is silent for longer is taken over
    sweep_seconds: float = 5.0  # how often what no bell announced is looked for
    bells_per_second: int = 20  # most rings of one process, whatever the load
    kept_rules: int = 20_000  # compiled rules that one worker keeps in memory, of all versions together
    kept_customers: int = 10_000  # customers with rules of their own whose effective rules one worker keeps
    gate_seconds: float = 20.0  # how long rules may take to be compiled and compared before they go live; 0: not at all
    worker_threads: int = 2  # embedded: threads that carry out action runs

    @property
    def embedded(self) -> bool:
        return not self.redis_url


def load() -> Config:
    """The configuration that the environment asks for."""
    return Config(
        var_dir=Path(os.environ.get("PRAVILA_VAR", BASE_DIR / "var")),
        database_url=os.environ.get("DATABASE_URL", ""),
        redis_url=os.environ.get("REDIS_URL", ""),
        debug=_flag("PRAVILA_DEBUG", default=False),
        port=int(os.environ.get("PORT", "8000")),
        hosts=_list("PRAVILA_HOSTS") or ("localhost", "127.0.0.1", "[::1]"),
        apps=_list("PRAVILA_APPS"),
        approvals=int(os.environ.get("PRAVILA_APPROVALS", "1")),
        email_url=os.environ.get("EMAIL_URL", ""),
        email_from=os.environ.get("EMAIL_FROM", "pravila@localhost"),
        https=_flag("PRAVILA_HTTPS", default=False),
        second_factor=_flag("PRAVILA_SECOND_FACTOR", default=False),
        loopback_gateways=_flag("PRAVILA_LOOPBACK_GATEWAYS", default=False),
        bridge=os.environ.get("PRAVILA_BRIDGE", ""),
        api_per_minute=int(os.environ.get("PRAVILA_API_PER_MINUTE", "1200")),
        former_secret_keys=_list("PRAVILA_FORMER_SECRET_KEYS"),
        backups=Path(
            os.environ.get("PRAVILA_BACKUPS", "") or Path(os.environ.get("PRAVILA_VAR", BASE_DIR / "var")) / "backups"
        ),
        efactura_rules=os.environ.get("PRAVILA_EFACTURA_RULES", ""),
        backtests_ready=_flag("PRAVILA_BACKTESTS_READY", default=True),
    )


def database(config: Config) -> dict[str, object]:
    """Django's DATABASES entry for `config`. Raises ValueError for an address that is not PostgreSQL's."""
    if not config.database_url:
        return {
            "ENGINE": "core.sqlite",
            "NAME": config.var_dir / "pravila.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA recursive_triggers=ON;",
            },
            "TEST": {"NAME": config.var_dir / "test.sqlite3"},
        }
    url = urlsplit(config.database_url)
    if url.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must begin with postgres://, not {url.scheme}://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "prepare_threshold": 0,  # for core/prepared.py; Django's own statements are not prepared
            "options": "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=10000",
            **dict(parse_qsl(url.query)),
        },
    }


def secret_key(config: Config) -> str:
    """PRAVILA_SECRET_KEY, or a key made once and kept in `var_dir` with access for the owner only."""
    if key := os.environ.get("PRAVILA_SECRET_KEY"):
        return key
    path = config.var_dir / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()
