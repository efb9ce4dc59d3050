# The ports that are compiled with the library (posix, sockets, template) and the command.

POSIX_OBJECTS   := $(patsubst %.c,$(B)/%.o,$(wildcard port/posix/*.c))
COMMAND_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard port/command/*.c))
SOCKETS_OBJECTS := $(B)/port/sockets/tcx_sockets.o
TEMPLATE_OBJECTS  := $(B)/port/template/tcx_board.o
TEMPLATE_EXAMPLES := $(patsubst %.c,$(B)/%.o,$(wildcard port/template/examples/*.c))

$(B)/port/command/%.o: SEES = -Iport/posix
$(B)/port/posix/examples/%.o: SEES = -Iport/posix
$(B)/port/template/examples/%.o: SEES = -Itests/transport/fake
# It checks JSON as the library does.
$(B)/port/posix/tcx_posix_tccli.o: SEES = -Isrc

# For --version. BearSSL and jsmn carry no version that a program could read; Debian's packages do.
package_version = $(shell dpkg-query -W -f='$${Version}' $(1) 2>/dev/null)
BEARSSL_VERSION ?= $(if $(BEARSSL),,$(call package_version,libbearssl-dev))
JSMN_VERSION    ?= $(if $(JSMN),,$(call package_version,libjsmn-dev))
$(B)/port/command/tcexec_help.o: SEES += \
    $(if $(BEARSSL_VERSION),-DTCX_BEARSSL_VERSION='"$(BEARSSL_VERSION)"') \
    $(if $(JSMN_VERSION),-DTCX_JSMN_VERSION='"$(JSMN_VERSION)"')

$(B)/tcexec: $(COMMAND_OBJECTS) $(POSIX_OBJECTS) $(LIB)
	$(link)

# An example that is also a measure: many calls at once.
$(B)/many: $(B)/port/posix/examples/many/many.o $(POSIX_OBJECTS) $(LIB)
	$(link)

# What a user copies is always compiled.
all: $(SOCKETS_OBJECTS) $(TEMPLATE_OBJECTS) $(TEMPLATE_EXAMPLES)

## anchors: build/tencent_anchors.h, trust anchors for firmware: Tencent's roots out of this system's bundle
.PHONY: anchors
anchors: $(B)/tencent_anchors.h
$(B)/tencent_anchors.h: $(B)/tcexec $(wildcard $(or $(SSL_CERT_FILE),/etc/ssl/certs/ca-certificates.crt))
	$(EXEC) $< anchors --tencent > $@
