# make demo   set everything up and run one real phone call: a local agent, then a human
# make demo-campaign  the same, and thirty calls out as a campaign, with a report
# make test   set everything up and run every check and test
# make up     the same stack, staying up           make bench  measure it
# make bench-agents  our agent, stock livekit-agents and Pipecat in one table
# make leak-test  who hears what in 200 transfers that was not meant for them
# make chaos-transfer  200 transfers while processes are killed
# make chaos-apply  numbers bought at carriers' doubles by a process that is killed 200 times
# make chaos-campaign  a campaign of 1,000 while processes are killed
# make storm-diallers  campaigns while the processes that dial are killed
# make rehearse  what callers of the demo agent say and expect, by text and on real calls
# make planted-card  100 calls with card numbers, then the search for any of them
SHELL := /bin/bash
export UV_PYTHON_DOWNLOADS := never
# the certificates of this machine: a company's proxy may have one of its own
export UV_SYSTEM_CERTS := 1
# uv from PATH, else from a small virtual environment of its own
export UV := $(shell command -v uv 2>/dev/null || echo $(CURDIR)/.tools/bin/uv)
GATEWAY := .venv/bin/gateway
# what asks a database is tested on both
CONTROL_PLANE := $(addsuffix .py,$(addprefix control_plane/test_,changes conflicts idempotency pages resources secrets transfers))
WITH_DATABASE := $(addprefix tests/integration/,calls durable ledger migrations privacy provisioning recordings screening webhooks/test_recording.py apply/test_numbers.py apply/test_plans.py routes costs do_not_call campaigns $(CONTROL_PLANE))

# what speaks SIP without an agent's conversation, or ends processes one by one
CALLS := $(addprefix tests/sip/,scenarios screening storms trust test_stack_commands.py test_trouble.py test_trouble_kill.py)
# what has audio in it, and waits for it
MEDIA := $(addprefix tests/integration/,amd sip_media sip_node transfers)
# what kills processes while calls go on, and what holds many calls whose words have to be understood
CHAOS := tests/sip/transfers/test_chaos.py tests/sip/planted tests/sip/campaigns/test_campaign_chaos.py tests/sip/rehearsals

.PHONY: demo demo-campaign test test-integration test-media test-talks test-calls test-chaos test-postgres test-rest up bench bench-agents leak-test chaos-transfer chaos-apply chaos-campaign storm-diallers planted-card rehearse lint types unit voice setup setup-dev packages livekit-server clean

demo: setup
	@$(GATEWAY) demo $(if $(JSON),--json)

demo-campaign: setup
	@$(GATEWAY) demo-campaign $(if $(JSON),--json)

up: setup
	@$(GATEWAY) up

# Three at a time: most of them wait for calls. The last ones go alone. PYTEST="--durations=20" goes to all.
test: setup-dev packages livekit-server lint types
	@$(MAKE) --no-print-directory -j3 test-talks test-calls test-integration test-media test-postgres test-rest
	@$(MAKE) --no-print-directory test-chaos

test-talks:
	.venv/bin/python -m pytest tests/sip $(addprefix --ignore=,$(CALLS) $(CHAOS)) -q $(PYTEST)

test-calls:
	.venv/bin/python -m pytest $(CALLS) -q $(PYTEST)

test-chaos:
	.venv/bin/python -m pytest $(CHAOS) -q $(PYTEST)

test-integration:
	.venv/bin/python -m pytest tests/integration $(addprefix --ignore=,$(MEDIA)) -q $(PYTEST)

test-media:
	.venv/bin/python -m pytest $(MEDIA) -q $(PYTEST)

test-rest:
	.venv/bin/python -m pytest tests/architecture tests/contract tests/unit tests/carriers -q $(PYTEST)

test-postgres:
	.venv/bin/python -m tests.with_postgres .venv/bin/python -m pytest $(WITH_DATABASE) -q

bench: setup-dev packages livekit-server
	.venv/bin/python -m bench $(BENCH)

# every figure of our agent, of stock livekit-agents and of Pipecat in one table. BENCH="--rounds 5 --ramp 1 5"
bench-agents: setup-dev packages livekit-server
	.venv/bin/python -m bench.arms $(BENCH)

# N=200 consults, SEED=1, JSON=1
leak-test: setup-dev packages livekit-server
	@.venv/bin/python -m bench.leaks

# N=200 transfers, SEED=1, LANES=4 at a time, JSON=1
chaos-transfer: setup-dev packages livekit-server
	@.venv/bin/python -m bench.chaos

# N=200 kills, SEED=1, JSON=1
chaos-apply: setup-dev
	@.venv/bin/python -m bench.chaos_apply

# N=1000 contacts of a campaign, KILLS=20 of whatever process, SEED=1, JSON=1
chaos-campaign: setup-dev packages livekit-server
	@.venv/bin/python -m bench.campaigns

# processes that dial, killed while they do: one again and again on SQLite, one of two for good on PostgreSQL
storm-diallers: setup-dev packages
	@.venv/bin/python -m bench.dialler_storm --contacts $(or $(N),1000) --seed $(or $(SEED),1)
	@.venv/bin/python -m tests.with_postgres .venv/bin/python -m bench.dialler_storm --diallers 2 --contacts $(or $(N),1000) --seed $(or $(SEED),1)

# N=100 calls with known card numbers, SEED=1, JSON=1: then the search for any of them
planted-card: setup-dev packages livekit-server
	@.venv/bin/python -m bench.planted_card

# the suites of the demo agent, by text and on real calls; the report stays in recordings/rehearsals. REHEARSE="--by text"
rehearse: setup packages livekit-server
	@$(GATEWAY) test --demo --out recordings/rehearsals --junit recordings/rehearsals/junit.xml $(REHEARSE)

lint: setup-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports

types: setup-dev
	.venv/bin/basedpyright --pythonpath .venv/bin/python --level error

unit: setup-dev
	.venv/bin/python -m pytest tests/unit -q

voice:
	.venv/bin/python -m agents.speech.make_voice

setup: $(UV)
	@echo "setting up the Python environment" >&2
	@$(UV) sync --frozen --no-dev --inexact --quiet

setup-dev: $(UV)
	@$(UV) sync --frozen --quiet

$(CURDIR)/.tools/bin/uv:
	@echo "fetching uv into .tools" >&2
	@python3 -m venv .tools || { echo "error: python3 cannot make a virtual environment" >&2; echo "  next: apt-get install python3-venv" >&2; exit 1; }
	@.tools/bin/pip install --quiet --disable-pip-version-check uv

# Programs that the tests call: foreign SIP phones, speech, databases.
packages:
	@bash tests/packages.sh

# Before the tests: a first build takes minutes, and each test has a time limit.
livekit-server: setup-dev
	@.venv/bin/python -c 'import sys; from gateway.stack import livekit_server; livekit_server.find_or_build(lambda text: print(text, file=sys.stderr))'

clean:
	rm -rf .venv .tools demo
