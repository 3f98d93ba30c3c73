"""Payloads and signatures that the providers' own documents and packages have."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks

from state_machines.models import InvalidWebhook, Webhook
from state_machines.sources.declare import Keys, Post, Refused, sources
from state_machines.sources.signatures import standard
from tests.state_machines.conftest import problem
from tests.state_machines.posting import SECRET, a_source, post, post_stripe

SERVER_KEY = "SB-Mid-server-test"
pytestmark = pytest.mark.django_db


def vectors(shared: Path, provider: str) -> list[dict[str, Any]]:
    found = json.loads((shared / "data/webhooks/signature_vectors.json").read_text())
    return [one for one in found if one["provider"] == provider]


def verify(name: str, secret: str, body: bytes, at: datetime, **headers: str) -> None:
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    check = sources.get(name).verify
    assert check is not None
    data = json.loads(body)
    check(Keys((secret,)), Post(sent, body, data, at))


def test_midtrans_vectors(shared: Path) -> None:
    found = vectors(shared, "midtrans")
    assert found
    for vector in found:
        body = json.dumps(vector).encode()
        verify("midtrans", vector["server_key"], body, datetime.now(UTC))
        for name in ("order_id", "status_code", "gross_amount", "signature_key"):
            changed = json.dumps(vector | {name: vector[name][:-1] + "x"}).encode()
            with pytest.raises(Refused):
                verify("midtrans", vector["server_key"], changed, datetime.now(UTC))


def test_standard_vectors(shared: Path) -> None:
    found = vectors(shared, "standard-webhooks")
    assert found
    for vector in found:
        at = datetime.fromtimestamp(int(vector["timestamp"]), UTC)
        stamp, body = vector["timestamp"], vector["payload"].encode()
        headers = {"webhook_id": vector["msg_id"], "webhook_timestamp": stamp, "webhook_signature": vector["signature"]}
        verify("standard", vector["secret"], body, at, **headers)
        for bad in ({"webhook_id": "msg_other"}, {"webhook_timestamp": str(int(stamp) + 1)}):
            with pytest.raises(Refused):
                verify("standard", vector["secret"], body, at, **headers | bad)
        with pytest.raises(Refused):
            verify("standard", vector["secret"], body.replace(b"2432", b"2433"), at, **headers)
        with pytest.raises(Refused, match="timestamp"):
            verify("standard", vector["secret"], body, datetime.now(UTC), **headers)


def test_standard_signatures_are_those_of_its_own_library() -> None:
    now, body = datetime.now(UTC), '{"type": "a.b"}'
    theirs = standardwebhooks.Webhook(SECRET).sign("msg_1", now, body)
    assert theirs == f"v1,{standard(SECRET, 'msg_1', str(int(now.timestamp())), body.encode())}"
    assert base64.b64decode(theirs[3:])


def test_every_stripe_payload_is_taken_and_refused_under_another_secret(shared: Path) -> None:
    a_source("stripe")
    files = sorted((shared / "data/webhooks/stripe").glob("*.json"))
    assert files
    for file in files:
        raw = file.read_bytes()
        problem(post_stripe(raw, secret="another"), 401, "webhook-refused")
        body = json.loads(raw)
        body["id"] = f"{body['id']}_{file.stem}"  # some of the samples share an id
        raw = json.dumps(body).encode()
        answer = post_stripe(raw)
        assert answer.status_code == 200, (file.name, answer.content)
        kept = Webhook.objects.get(external_id=body["id"])
        assert kept.kind == body["type"]
    assert (Webhook.objects.count(), InvalidWebhook.objects.count()) == (len(files), len(files))
    paid = Webhook.objects.get(kind="payment_intent.succeeded")
    assert (paid.movement, paid.gateway_id[:3], paid.amount_minor, paid.currency) == ("succeed", "pi_", 190200, "USD")


def test_every_midtrans_payload(shared: Path) -> None:
    a_source("midtrans", secret=SERVER_KEY)
    said = {}
    for file in sorted((shared / "data/webhooks/midtrans").glob("*.json")):
        raw = file.read_bytes()
        assert post("midtrans", raw).status_code == 200, file.name
        problem(post("midtrans", raw.replace(b"000.00", b"001.00")), 401, "webhook-refused")
        kept = Webhook.objects.latest("id")
        said[kept.kind] = (kept.movement, kept.amount_minor, kept.currency)
    assert said == {
        "expire": ("fail", 50_000_00, "IDR"),
        "pending": ("none", 75_000_00, "IDR"),
        "settlement": ("succeed", 150_000_00, "IDR"),
    }


def test_every_athmovil_payload(shared: Path) -> None:
    a_source("athmovil", secret="")
    said = {}
    for file in sorted((shared / "data/webhooks/athmovil").glob("*.json")):
        raw = file.read_bytes()
        assert post("athmovil", raw).status_code == 200, file.name
        assert post("athmovil", raw).json()["duplicate"], file.name
        kept = Webhook.objects.latest("id")
        said[kept.kind] = (kept.movement, kept.amount_minor, kept.verified, kept.believed)
    assert said == {"ecommerce_completed": ("succeed", 300, False, False), "refund": ("refund", 300, False, False)}
