# The door for a machine that has nothing yet: only git and make are presupposed, and root on
# Debian. What each target brings lies in ${XDG_CACHE_HOME:-~/.cache}/cc-ci; docs/how-to/machine.md.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
machine := checks/machine

.PHONY: help demo test test-fast test-forge test-long soak proof bench fuzz traefik env fmt up down clean
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

demo: ## run the main job on the bundled demo recipe
	@$(machine)/up.sh demo
	@$(machine)/demo.sh

test-fast: ## vet, unit tests, flake check: no live parts
	@$(machine)/up.sh tools
	@$(machine)/test.sh fast

test: ## everything, with a real swarm, router and browser
	@$(machine)/up.sh test
	@$(machine)/test.sh all

test-forge: ## from a comment to a verdict, on a real Gitea and Drone
	@$(machine)/up.sh forge
	@checks/forge/test.sh

test-long: ## real applications that take longer than `make test` has
	@$(machine)/up.sh long
	@$(machine)/test.sh long

soak: ## kill all parts of the chain at random for an hour; SOAKTIME=10 for minutes, SOAKSEED=N to repeat one
	@$(machine)/up.sh forge
	@checks/forge/soak.sh "$(SOAKTIME)" "$(SOAKSEED)"

proof: ## six recipes from a comment to a verdict, and docs/proof.md from it
	@$(machine)/up.sh long
	@checks/forge/build.sh all
	@checks/forge/proof.sh

bench: ## measure, and write docs/benchmarks.md
	@$(machine)/up.sh test
	@$(machine)/bench.sh

fuzz: ## fuzz every parser for a minute; FUZZTIME=10m for longer
	@$(machine)/up.sh tools
	@$(machine)/fuzz.sh

traefik: ## compile Traefik from its Go module, where no image can be pulled
	@$(machine)/up.sh tools
	@$(machine)/dockerd.sh up
	@$(machine)/traefik/image.sh build

env: ## shell code for `eval "$(make -s env)"`: then nix run .#test-demo works as typed
	@$(machine)/up.sh env
	@$(machine)/env.sh

fmt: ## format Go, Nix and shell files
	@$(machine)/up.sh tools
	@$(machine)/fmt.sh

up: ## bring up the swarm and the router for the tests, and stop there
	@$(machine)/up.sh test

down: ## stop our dockerd and all that runs in it
	@$(machine)/dockerd.sh down

clean: ## remove everything that make brought to this machine
	@$(machine)/clean.sh
