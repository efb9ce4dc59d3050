# The manual: make docs.

DOCS         := $(B)/docs
DOCS_HEADERS := include/tcexec.h $(sort $(filter-out %/private.h,$(wildcard include/tcexec/*.h))) port/posix/tcx_posix.h
DOCS_WRITTEN := $(addprefix $(DOCS)/,headers.md statuses.md codes.md)
# In the order of the side tree.
DOCS_PAGES   := src/docs/tutorial.md port/README.md $(DOCS_WRITTEN) src/docs/migration.md port/firmware/README.md \
                src/README.md

$(DOCS)/texts: $(B)/src/docs/texts.o $(LIB)
	$(link)

$(DOCS)/statuses.md: src/docs/statuses.py include/tcexec/status.h $(DOCS)/texts
	$(EXEC) $(DOCS)/texts | python3 $< include/tcexec/status.h > $@

$(DOCS)/codes.md: src/docs/codes.py src/tcx_api_advice.c
	mkdir -p $(@D)
	python3 $^ > $@

$(DOCS)/headers.md: src/docs/pages.py $(DOCS_HEADERS)
	mkdir -p $(@D)
	python3 $< headers $(DOCS_HEADERS) > $@

$(DOCS)/layout.xml: src/docs/pages.py src/docs/readme.py $(DOCS_HEADERS) $(DOCS_PAGES)
	python3 $< layout $(DOCS_HEADERS) $(DOCS_PAGES) > $@

## docs: the manual, build/docs/html: tutorial, porting, a page for each header, statuses, migration
.PHONY: docs
docs: $(DOCS_WRITTEN) $(DOCS)/layout.xml | $(B)/packages/docs
	rm -rf $(DOCS)/html $(DOCS)/xml
	{ cat src/docs/Doxyfile; echo 'INPUT += $(DOCS_WRITTEN)'; echo 'OUTPUT_DIRECTORY = $(DOCS)'; \
	  echo 'LAYOUT_FILE = $(DOCS)/layout.xml'; echo 'PROJECT_NUMBER = $(VERSION)'; } | doxygen -
	python3 src/docs/pages.py finish $(DOCS)/html $(DOCS_HEADERS) $(DOCS_PAGES)
	python3 tests/docs/coverage.py $(DOCS)

test: $(DOCS)/statuses.md $(DOCS)/codes.md
