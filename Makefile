# The ways in. CMake with the presets of CMakePresets.json does the work.
PRESET ?= release
BUILD = build/$(PRESET)
JOBS ?= $(shell nproc)

.PHONY: build test asan demo setup clean
.DEFAULT_GOAL := build

build: $(BUILD)/build.ninja                # leaves build/release/fusescout
	cmake --build $(BUILD) --parallel $(JOBS)

test: build
	ctest --test-dir $(BUILD) --output-on-failure --parallel $(JOBS)

asan:                                      # the same tests under the address and undefined-behaviour sanitizers
	$(MAKE) test PRESET=asan

demo: build                                # fetches the primary pair and reports on GLM-4.7, into out/; offline, on the sample trees
	@tools/demo.sh $(BUILD)/fusescout

setup:
	@tools/setup.sh

# Configured once; afterwards CMake notices itself what changed.
$(BUILD)/build.ninja: | setup
	cmake --preset $(PRESET)

clean:
	rm -rf build
