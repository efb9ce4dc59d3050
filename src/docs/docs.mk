# The manual: make docs.

DOCS := $(B)/docs

$(DOCS)/texts: $(B)/src/docs/texts.o $(LIB)
	$(link)

$(DOCS)/statuses.md: src/docs/statuses.py include/tcexec/status.h $(DOCS)/texts
	$(EXEC) $(DOCS)/texts | python3 $< include/tcexec/status.h > $@

$(DOCS)/codes.md: src/docs/codes.py src/tcx_api_advice.c
	mkdir -p $(@D)
	python3 $^ > $@

## docs: the manual, build/docs/html: a page for each header, tutorial, statuses, migration
.PHONY: docs
docs: $(DOCS)/statuses.md $(DOCS)/codes.md | $(B)/packages/docs
	rm -rf $(DOCS)/html $(DOCS)/xml
	{ cat src/docs/Doxyfile; echo 'INPUT += $(DOCS)/statuses.md $(DOCS)/codes.md'; echo 'OUTPUT_DIRECTORY = $(DOCS)'; \
	  echo 'PROJECT_NUMBER = $(VERSION)'; } | doxygen -
	python3 tests/docs/coverage.py $(DOCS)

test: $(DOCS)/statuses.md $(DOCS)/codes.md
