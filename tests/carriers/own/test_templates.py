"""What people enter at a PBX of their own: each text is read back as its program would read it."""

from __future__ import annotations

import re
from typing import get_args
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.kernel.errors import BadInput
from tests.carriers.bench import spec
from tests.carriers.own.asterisk_conf import of_type, read
from trunks.carriers.own.template import Make, filled
from trunks.carriers.own.templates.filled import ADDRESS, NUMBER, PASSWORD, PROVIDER, Filled
from trunks.carriers.port import SipTarget, TrunkSpec

MAKES = get_args(Make)
NUMBERS = ("+14155550100", "+493012345678")
V6 = SipTarget("2001:db8::1", 5061, "tls")
BY_ADDRESS = spec(username="", password="")
printable = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x17F, exclude_categories=("C", "Z")), min_size=1)


def part(found: Filled, place: str) -> str:
    (text,) = [one.text for one in found.parts if place in one.place]
    return text


def params(parent: Element) -> dict[str, str]:
    return {one.attrib["name"]: one.attrib["value"] for one in parent.iter("param")}


def actions(parent: Element) -> list[tuple[str, str]]:
    return [(one.attrib["application"], one.attrib["data"]) for one in parent.iter("action")]


# -- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", MAKES)
def test_a_password_is_shown_only_to_those_who_ask_for_it(make: Make) -> None:
    secret = spec().password
    assert secret not in filled(make, spec()).text()
    if make == "3cx":  # it has no place for one
        assert secret not in filled(make, spec(), show_password=True).text()
    else:
        assert PASSWORD in filled(make, spec()).text()
        assert secret in filled(make, spec(), show_password=True).text()


@pytest.mark.parametrize("make", MAKES)
def test_every_text_says_where_calls_go_and_how_to_check_it(make: Make) -> None:
    found = filled(make, spec(), NUMBERS)
    text = found.text()
    for told in ("sip.example.com", "5060", "sip2.example.com", "5070", *(number[1:] for number in NUMBERS)):
        assert told in text
    assert found.checks[-1].do == "gateway trunk test NAME"
    assert all(one.do and one.see for one in found.checks)


@pytest.mark.parametrize("make", MAKES)
def test_what_nobody_has_said_is_left_open_and_named(make: Make) -> None:
    unsaid = filled(make, spec(username="", password="", sources=()))
    assert NUMBER in unsaid.text()
    said = filled(make, BY_ADDRESS, NUMBERS).text()
    assert NUMBER not in said
    assert ADDRESS not in said
    assert any(NUMBER in one.see for one in unsaid.checks)


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (spec(targets=()), "targets"),
        (spec(password=""), "password"),
        (spec(username=""), "password"),
        (spec(password="two\nlines"), "password"),
        (spec(password=" blank"), "password"),
        (spec(password="a$${domain}"), "password"),
        (spec(username="x\x00"), "username"),
        (spec(sources=("gateway.example.com",)), "sources"),
    ],
)
def test_what_cannot_be_written_down_is_named(make: Make, wrong: TrunkSpec, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        filled(make, wrong)
    assert refused.value.field == field
    assert refused.value.todo


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("number", ["4155550100", "+1415555010x", "+1\n[general]", "+0123"])
def test_a_number_that_is_none_gets_into_no_file(make: Make, number: str) -> None:
    with pytest.raises(BadInput) as refused:
        filled(make, spec(), (number,))
    assert refused.value.field == "numbers"


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("name", ["Zentrale [x]\ntype = auth", "../../etc/passwd", "</gateway><evil>", "---", "x" * 90])
def test_a_name_becomes_one_plain_word(make: Make, name: str) -> None:
    text = filled(make, spec(name=name), NUMBERS).text()
    assert name not in text
    assert "../" not in text
    if make == "asterisk":
        word = of_type(read(part(filled(make, spec(name=name)), "pjsip.conf")), "endpoint")[0].name
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", word)


# -- Asterisk ---------------------------------------------------------------------------------------------------------


def test_asterisk_knows_the_gateway_by_its_address_and_asks_for_its_password() -> None:
    found = filled("asterisk", spec(targets=(*spec().targets, V6)), NUMBERS, show_password=True)
    sections = read(part(found, "pjsip.conf"))
    (endpoint,), (aor,) = of_type(sections, "endpoint"), of_type(sections, "aor")
    (identify,), (auth,) = of_type(sections, "identify"), of_type(sections, "auth")
    assert {endpoint.name, aor.name, identify.name, endpoint["aors"], identify["endpoint"]} == {"support-line"}
    assert (endpoint["auth"], auth["username"], auth["password"]) == (auth.name, spec().username, spec().password)
    assert identify.all("match") == ["192.0.2.0/30", "198.51.100.7/32"]
    assert aor.all("contact") == [
        "sip:sip.example.com:5060;transport=tcp", "sip:sip2.example.com:5070;transport=tcp",
        "sip:[2001:db8::1]:5061;transport=tls",
    ]  # fmt: skip
    assert (endpoint["media_encryption"], endpoint["allow_transfer"]) == ("no", "yes")


def test_asterisk_takes_a_login_only_where_there_is_one_and_names_for_addresses() -> None:
    sections = read(part(filled("asterisk", spec(username="", password="", sources=(), secure=True)), "pjsip.conf"))
    (endpoint,), (identify,) = of_type(sections, "endpoint"), of_type(sections, "identify")
    assert of_type(sections, "auth") == endpoint.all("auth") == []
    assert identify.all("match") == ["sip.example.com", "sip2.example.com"]
    assert endpoint["media_encryption"] == "sdes"
    literal = read(part(filled("asterisk", spec(targets=(V6,), sources=())), "pjsip.conf"))
    assert of_type(literal, "identify")[0].all("match") == ["2001:db8::1/128"]


def test_asterisk_leads_our_numbers_to_the_gateway_and_its_calls_to_the_provider_only() -> None:
    found = filled("asterisk", spec(), NUMBERS)
    to, out = read(part(found, "extensions.conf"))
    endpoint = of_type(read(part(found, "pjsip.conf")), "endpoint")[0]
    assert (to.name, out.name) == ("to-support-line", endpoint["context"])
    assert to.all("exten") == [
        "+14155550100,1,Dial(PJSIP/+14155550100@support-line,90)",
        "14155550100,1,Dial(PJSIP/+14155550100@support-line,90)",
        "+493012345678,1,Dial(PJSIP/+493012345678@support-line,90)",
        "493012345678,1,Dial(PJSIP/+493012345678@support-line,90)",
    ]
    assert out.all("exten") == [f"_+X.,1,Dial(PJSIP/${{EXTEN}}@{PROVIDER},90)"]
    assert out.all("same") == ["n,Hangup(${HANGUPCAUSE})"]


@given(printable, printable)
def test_asterisk_reads_back_what_was_written(username: str, password: str) -> None:
    assume("${" not in username + password)
    odd = spec(username=username, password=password)
    (auth,) = of_type(read(part(filled("asterisk", odd, show_password=True), "pjsip.conf")), "auth")
    assert (auth["username"], auth["password"]) == (username, password)


# -- FreeSWITCH -------------------------------------------------------------------------------------------------------


def test_freeswitch_has_a_gateway_per_target_and_tries_them_in_order() -> None:
    found = filled("freeswitch", spec(targets=(spec().targets[0], V6)), NUMBERS)
    gateways = list(fromstring(part(found, "sip_profiles")))
    assert [one.attrib["name"] for one in gateways] == ["support-line", "support-line-2"]
    assert [params(one)["proxy"] for one in gateways] == [
        "sip.example.com:5060;transport=tcp", "[2001:db8::1]:5061;transport=tls"
    ]  # fmt: skip
    for one in gateways:
        told = params(one)
        assert (told["register"], bool(told["username"]), bool(told["password"])) == ("false", True, True)
        assert int(told["ping"]) >= 5
    (condition,) = fromstring(part(found, "dialplan/public")).iter("condition")
    expression = re.compile(condition.attrib["expression"])
    for called, reached in (("+14155550100", "14155550100"), ("14155550100", "14155550100"), ("14155550101", None)):
        match = expression.search(called)
        assert (match and match.group(1)) == reached
    assert ("bridge", "sofia/gateway/support-line/+$1|sofia/gateway/support-line-2/+$1") in actions(condition)


def test_freeswitch_lets_the_gateway_dial_the_provider_and_nothing_else() -> None:
    for one in (spec(), BY_ADDRESS):
        found = filled("freeswitch", one)
        (user,) = fromstring(part(found, "directory"))
        (variable,) = user.iter("variable")
        (context,) = fromstring(part(found, "dialplan/from-"))
        assert (variable.attrib["name"], variable.attrib["value"]) == ("user_context", context.attrib["name"])
        (condition,) = context.iter("condition")
        expression = re.compile(condition.attrib["expression"])
        assert expression.search("+14155550100")
        assert not any(expression.search(other) for other in ("1000", "14155550100", "+0123", "+1415555x"))
        bridges = [where for application, where in actions(condition) if application == "bridge"]
        assert bridges == [f"sofia/gateway/{PROVIDER}/$1"]


def test_freeswitch_asks_for_a_password_or_looks_at_the_address() -> None:
    (login,) = fromstring(part(filled("freeswitch", spec(), show_password=True), "directory"))
    assert (login.attrib, params(login)) == ({"id": "gateway1"}, {"password": spec().password})
    (address,) = fromstring(part(filled("freeswitch", BY_ADDRESS), "directory"))
    assert address.attrib == {"id": "support-line", "cidr": "192.0.2.0/30,198.51.100.7/32"}
    assert params(address) == {"allow-empty-password": "false"}
    (open_,) = fromstring(part(filled("freeswitch", spec(username="", password="", sources=())), "directory"))
    assert open_.attrib["cidr"] == ADDRESS, "nobody is let in before somebody says who"


def test_freeswitch_encrypts_audio_only_where_it_is_asked_for() -> None:
    wish = ("export", "nolocal:rtp_secure_media=mandatory")
    for secure in (True, False):
        (condition,) = fromstring(part(filled("freeswitch", spec(secure=secure)), "dialplan/public")).iter("condition")
        assert (wish in actions(condition)) is secure


@given(printable, printable)
def test_freeswitch_reads_back_what_was_written(username: str, password: str) -> None:
    assume("${" not in username + password)
    odd = spec(username=username, password=password)
    (user,) = fromstring(part(filled("freeswitch", odd, show_password=True), "directory"))
    assert (user.attrib["id"], params(user)["password"]) == (username, password)


# -- 3CX --------------------------------------------------------------------------------------------------------------


def form(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def test_3cx_is_told_field_by_field() -> None:
    found = filled("3cx", spec(secure=True, username="", password=""), NUMBERS)
    trunk, options = form(part(found, "Add Trunk")), form(part(found, "tab Options"))
    assert (trunk["Registrar / Server"], trunk["Port"]) == ("sip.example.com", "5060")
    assert (trunk["Main Trunk No"], trunk["DIDs"]) == (NUMBERS[0], ", ".join(NUMBERS))
    assert trunk["Type of Authentication"] == "Do not require - IP Based"
    assert (options["Transport Protocol"], options["SRTP"]) == ("TCP", "on")
    assert options["Allowed addresses"] == "192.0.2.0/30, 198.51.100.7/32"
    outbound = form(part(found, "Outbound Rules"))
    assert (outbound["Calls to numbers starting with prefix"], outbound["Strip Digits"]) == (", ".join(NUMBERS), "0")


def test_3cx_has_no_login_and_says_so() -> None:
    assert "user name" in part(filled("3cx", spec()), "Add Trunk")
    assert "user name" not in part(filled("3cx", BY_ADDRESS), "Add Trunk")


# -- any other --------------------------------------------------------------------------------------------------------


def test_any_other_is_told_in_words() -> None:
    text = filled("other", spec(targets=(V6,), secure=True), NUMBERS, show_password=True).text()
    assert "sip:+NUMBER@[2001:db8::1]:5061;transport=tls" in text
    assert f"user name gateway1, password {spec().password}" in text
    assert "SRTP" in text
    assert "without a password" in filled("other", BY_ADDRESS).text()
