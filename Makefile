# Needs git, make, curl, npm and Node. Where the machine's Node is older than `engines` of package.json allows,
# scripts/install.sh puts a newer one into node_modules/.bin, which comes first in every recipe's PATH.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

BUILT := dist/.built
EMBEDDED := dist/service/embedded.js
SOURCES := $(shell find apps libs '(' -name '*.ts' -o -name '*.json' ')' -not -name '*.spec.ts') $(shell find apps/session-explorer -type f) \
  scripts/compress-files.ts tsconfig.json nest-cli.json rolldown.config.js \
  package.json package-lock.json

.PHONY: help run demo test contract-test contract-record deploy-test explorer-test image-test faults faults-quick totals-check cost cost-quick chart-docs bench smoke sbom build clean packages packages-to-run

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

run: $(EMBEDDED) ## Serve on localhost:8080, with an embedded PostgreSQL unless a DSN is set
	@exec node $(EMBEDDED)

demo: $(EMBEDDED) ## Serve sample sessions
	@exec node $(EMBEDDED) --demo

test: $(BUILT) ## Lint, types, unit and end-to-end tests, recorded contract cases (no Python needed)
	npm run --silent lint
	npm run --silent types
	npm test --silent -- --reporter=default --reporter=json --outputFile.json=.cache/test-report.json

contract-test: $(BUILT) ## Compare with a live Python AgentOS (AGNO_VERSION, default 3.1.10)
	test/contract/contract-test.sh

contract-record: $(BUILT) ## Record the contract cases anew
	test/contract/contract-record.sh

deploy-test: packages ## Test the chart, the Dockerfile and the compose file; needs helm or Go
	test/deploy/deploy-test.sh

faults: $(BUILT) ## Break databases, networks and requests under load; writes docs/reliability.md (ONLY="name of a test")
	test/faults/faults.sh $(if $(ONLY),--only '$(ONLY)')

faults-quick: $(BUILT) ## Run a short part of the faults (FAULTS=options of vitest)
	test/faults/faults.sh --quick $(FAULTS)

totals-check: $(BUILT) ## Compare lists and totals with the tables in 10,000 random steps with crashes (STEPS=…, SEED=…)
	@TOTALS_STEPS=$(or $(STEPS),10000) TOTALS_SEED=$(or $(SEED),1) npx vitest run --config test/faults/vitest.faults.config.ts test/faults/totals

cost: $(BUILT) ## Measure CPU and event-loop stalls of large and unusual JSON on every route (ONLY=pattern of names)
	@node --import ./test/support/run-typescript.ts test/cost/run-cost.ts $(if $(ONLY),--only '$(ONLY)')

cost-quick: $(BUILT) ## Run a short part of the cost tests
	@node --import ./test/support/run-typescript.ts test/cost/run-cost.ts --quick

explorer-test: $(BUILT) ## Test the explorer in a browser; needs Chromium
	test/explorer/explorer-test.sh

image-test: packages ## Build the image twice, compare, and run it read-only; needs root on Debian, some minutes
	test/deploy/image-test.sh

chart-docs: packages ## Generate the tables of values in the chart's README
	readme-generator --values deploy/helm/agno-session/values.yaml --readme deploy/helm/agno-session/README.md

bench: $(BUILT) ## Measure against AgentOS and a bare handler; needs wrk (BENCH="--quick --only list,start-up")
	test/contract/oracle/setup.sh $(or $(AGNO_VERSION),3.1.10) >/dev/null
	@node --import ./test/support/run-typescript.ts bench/run-bench.ts $(BENCH)

smoke: ## Test the API of a running service (URL, default http://localhost:8080)
	scripts/test-session-api.sh $(or $(URL),http://localhost:8080)

sbom: packages ## Write the packages of the image to dist/sbom.cdx.json (CycloneDX)
	@node --import ./test/support/run-typescript.ts scripts/write-sbom.ts

build: $(BUILT) ## Compile into dist, and bundle the service into dist/service

clean: ## Remove installed and built files; keeps the database in .data
	rm -rf node_modules dist coverage .cache .venv

# The phony targets run always, but do nothing when the packages are installed.
packages:
	@scripts/install.sh all

packages-to-run:
	@scripts/install.sh run

# Without the check of types and the other programs, which need more packages.
$(EMBEDDED): $(SOURCES) | packages-to-run
	@scripts/step.sh 'Building the explorer' npm run --silent explorer
	@scripts/step.sh 'Building the service' npm run --silent bundle

$(BUILT): $(SOURCES) | packages
	@scripts/step.sh 'Building all programs' npm run --silent build
	@touch $@
