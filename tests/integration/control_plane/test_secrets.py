"""Secrets: what is sealed in the database, what never leaves it, and what a lost key file means."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.bootstrap import secret_box
from gateway.kernel.errors import SetupError
from gateway.kernel.secrets import open_box
from tests.integration.control_plane.plane import Json, Plane, problem

PASSWORD = "correct horse battery staple"
INBOUND: tuple[str, Json] = ("/v1/inbound-trunks", {"name": "carrier"})
OUTBOUND: tuple[str, Json] = (
    "/v1/outbound-trunks",
    {"name": "way out", "address": "sip.carrier.example", "numbers": ["+15105550100"]},
)
both = pytest.mark.parametrize(("path", "body"), [INBOUND, OUTBOUND], ids=["inbound", "outbound"])


async def sealed(plane: Plane) -> str:
    return (await plane.rows("SELECT auth_password FROM trunks"))[0]["auth_password"]


@both
async def test_a_password_goes_in_and_never_comes_out(plane: Plane, path: str, body: Json) -> None:
    made = await plane.admin.post(path, json=body | {"auth_username": "u", "auth_password": PASSWORD})
    one = f"{path}/{made.json()['id']}"
    answers = [
        made, await plane.admin.get(one), await plane.admin.get(path), await plane.admin.patch(one, json={"name": "x"}),
        await plane.admin.patch(one, json={"auth_password": PASSWORD + "!"}),
    ]  # fmt: skip
    for answer in answers:
        assert answer.is_success
        assert "auth_password" not in answer.text
        assert PASSWORD not in answer.text


@both
async def test_a_password_is_sealed_in_the_database(plane: Plane, path: str, body: Json) -> None:
    headers = {"Idempotency-Key": "once"}
    await plane.admin.post(path, json=body | {"auth_username": "u", "auth_password": PASSWORD}, headers=headers)
    kept = [*await plane.rows("SELECT * FROM trunks"), *await plane.rows("SELECT * FROM idempotency_keys")]
    assert PASSWORD not in str(kept)
    assert plane.container.secrets.open(await sealed(plane)) == PASSWORD


@both
async def test_a_change_of_something_else_keeps_the_password(plane: Plane, path: str, body: Json) -> None:
    made = await plane.made(path, **body, auth_username="u", auth_password=PASSWORD)
    before = await sealed(plane)
    await plane.admin.patch(f"{path}/{made['id']}", json={"name": "renamed"})
    assert await sealed(plane) == before
    await plane.admin.patch(f"{path}/{made['id']}", json={"auth_password": "another"})
    assert plane.container.secrets.open(await sealed(plane)) == "another"


@both
async def test_user_name_and_password_come_and_go_together(plane: Plane, path: str, body: Json) -> None:
    body = body | ({"allowed_addresses": ["192.0.2.1"]} if "inbound" in path else {})
    made = await plane.made(path, **body, auth_username="u", auth_password=PASSWORD)
    one = f"{path}/{made['id']}"
    for half in ({"auth_username": ""}, {"auth_password": ""}):
        told = problem(await plane.admin.patch(one, json=half))
        assert (told["status"], told["code"]) == (422, "trunk.credentials")
    assert (await plane.admin.patch(one, json={"auth_username": "", "auth_password": ""})).status_code == 200
    assert await sealed(plane) == ""


@both
async def test_the_longest_passwords_fit(plane: Plane, path: str, body: Json) -> None:
    for fits in ("p" * 128, "ü" * 128, "☎" * 85):
        made = await plane.made(path, **body, auth_username="u", auth_password=fits)
        assert plane.container.secrets.open(await sealed(plane)) == fits
        await plane.admin.delete(f"{path}/{made['id']}")
    for too_long in ("p" * 129, "☎" * 86):
        told = problem(await plane.admin.post(path, json=body | {"auth_username": "u", "auth_password": too_long}))
        assert told["field"] == "auth_password"
        assert too_long not in str(told)


async def test_the_keys_secret_is_kept_as_a_hash_only(plane: Plane) -> None:
    made = await plane.made("/v1/api-keys", name="billing")
    secret = made["key"].rpartition("_")[2]
    assert secret not in str(await plane.rows("SELECT * FROM api_keys"))
    listed = (await plane.admin.get("/v1/api-keys")).text
    assert secret not in listed
    assert "secret" not in listed


async def test_a_refused_body_is_not_repeated(plane: Plane) -> None:
    body = {"name": "carrier", "auth_username": "u", "auth_password": PASSWORD, "colour": "red"}
    for path in ("/v1/inbound-trunks", "/v1/outbound-trunks"):
        answer = await plane.admin.post(path, json=body)
        assert answer.status_code == 422
        assert PASSWORD not in answer.text


async def test_a_key_file_that_is_gone_is_an_error_once_there_are_secrets(plane: Plane, tmp_path: Path) -> None:
    container = plane.container
    settings = container.settings.model_copy(update={"key_file": tmp_path / "keys" / "new.key"})
    await plane.trunk()
    (await secret_box(settings, container.database)).seal("x")
    assert (tmp_path / "keys" / "new.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "keys" / "new.key").unlink()
    await plane.trunk("second", auth_username="u", auth_password=PASSWORD)
    with pytest.raises(SetupError, match="missing") as refused:
        await secret_box(settings, container.database)
    assert refused.value.todo
    assert not (tmp_path / "keys" / "new.key").exists()


async def test_another_key_file_is_told_from_the_right_one(plane: Plane, tmp_path: Path) -> None:
    await plane.trunk(auth_username="u", auth_password=PASSWORD)
    with pytest.raises(SetupError, match="cannot be decrypted"):
        open_box(tmp_path / "other.key").open(await sealed(plane))
