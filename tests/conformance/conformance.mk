# Against the official Node SDK, from the npm registry, exact versions in package-lock.json.

NODE_MODULES := $(B)/conformance/node_modules
$(NODE_MODULES)/.installed: tests/conformance/package-lock.json
	mkdir -p $(B)/conformance
	sh tests/setup.sh install node
	cp tests/conformance/package.json tests/conformance/package-lock.json $(B)/conformance
	cd $(B)/conformance && npm ci --no-audit --no-fund --loglevel=error
	touch $@

## conformance: the official Node SDK calls the endpoint; random calls are the same bytes from the SDK and from tcexec
.PHONY: conformance
conformance: all $(NODE_MODULES)/.installed
	B='$(B)' TCEXEC_NODE_MODULES='$(abspath $(NODE_MODULES))' node tests/conformance/sdk_capture.mjs --check tests/vectors/sdk-vectors.json
	B='$(B)' TCEXEC_NODE_MODULES='$(abspath $(NODE_MODULES))' python3 tests/conformance/judge.py
	B='$(B)' TCEXEC_NODE_MODULES='$(abspath $(NODE_MODULES))' TCEXEC='$(B)/tcexec' python3 tests/conformance/compare.py $(COUNT) $(SEED)
