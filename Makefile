# test is everything, and sets up what it needs. Run as root on Debian.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  = -s -w -X main.version=$(VERSION)
TOOLS    = $(GO) tool -modfile=tools.mod

.PHONY: build install demo test setup check docs bench faults fuzz herd judge image release update

build: ## the binary, as the image has it
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o confit .

PREFIX ?= /usr/local
install: build ## PREFIX and DESTDIR say where: the binary, man pages and completions
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 confit $(DESTDIR)$(PREFIX)/bin/confit
	./confit completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/confit
	./confit completion zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_confit
	./confit completion fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/confit.fish
	MAN=$(abspath $(DESTDIR)$(PREFIX)/share/man/man1) $(GO) test -count=1 -run '^TestManPages$$' -ldflags '-X confit.version=$(VERSION)' .

demo: ## render examples/quickstart and show what went in and what came out
	@sh examples/quickstart/demo.sh

test: setup check
	$(GO) test -count=1 -timeout 30m ./... # the tests of the binary depend on more than go test sees
	cd integration/readers && $(GO) test -count=1 -timeout 30m ./...
	$(GO) test -count=1 -timeout 30m -tags portable ./sinks/... # what a Mac runs (docs/systems.md)
	GOFLAGS=-tags=portable $(GO) test -count=1 -timeout 30m ./integration -run '^TestScripts$$'

setup:
	sh integration/setup.sh
	$(GO) test -count=1 -timeout 0 -run '^$$' ./integration/helm ./integration/pages # builds the tools of others
	$(GO) test -count=1 -timeout 0 -run '^$$' ./integration/examples ./integration/browser

check:
	$(GO) vet ./...
	$(GO) vet -tags portable ./sinks/...
	GOOS=darwin GOARCH=arm64 $(GO) vet ./...
	$(GO) fix -diff ./...
	$(GO) mod tidy -diff
	git ls-files -z '*.go' | xargs -0 $(TOOLS) gofumpt -l | (! grep .)
	$(TOOLS) staticcheck ./...
	$(TOOLS) staticcheck -tags portable ./sinks/...
	GOOS=darwin GOARCH=arm64 $$($(TOOLS) -n staticcheck) . ./sinks/... ./sources/...

docs: ## run what the pages show; check their links, spelling and sentences
	$(GO) test -count=1 . -run TestSpecPage
	$(GO) test -count=1 ./integration/pages
	$(GO) test -v ./integration/pages -run TestSentences | grep 'sentences of'

bench: setup ## W=w2 for one workload; docs/benchmarks.md for all
	$(GO) run ./integration/bench $(if $(W),-w $(W))

faults: ## every fault at every system call; ten minutes on two cores
	$(GO) test ./integration/faults -count=1 -v -timeout 120m -full

FUZZTIME ?= 30s
fuzz: ## every probe for secrets, then each fuzz test
	PROBES=all $(GO) test . -count=1 -run '^TestProbes$$'
	for p in . ./render ./render/tree ./render/format ./render/values ./render/template ./sources/verify ./sources/remote ./sources/pack; do \
		for f in $$($(GO) test $$p -list '^Fuzz' | grep ^Fuzz); do \
			$(GO) test $$p -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s || exit 1; done; done

herd: build ## a thousand pods start against one Git server of limited capacity
	$(GO) run ./integration/herd -confit ./confit

judge: ## 20,000 pods against the kubelet's own functions; Kubernetes compiles for minutes
	cd integration/judge && $(GO) test -count=1 -timeout 0 -v .

image:
	podman build --build-arg VERSION=$(VERSION) -t confit:$(VERSION) .
	podman build --build-arg VERSION=$(VERSION) --target ci -t confit:$(VERSION)-ci .

release: ## the files of a release of VERSION, in dist
	sh release.sh $(VERSION) dist

update: ## rewrite the goldens; read the diff
	UPDATE=1 $(GO) test ./integration ./integration/git ./integration/helm ./integration/pages ./render/template -run 'TestScripts|TestFindings|TestPrinted|TestPages|TestPage|TestFunctionsPage'
