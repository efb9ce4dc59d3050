# The firmware for a Cortex-M3, run by QEMU: make firmware, make firmware-test.
#
# BEARSSL_SRC: BearSSL's source; without, Debian's is fetched. MPS2_CROSS: another tool prefix.

MPS2          := $(B)/mps2
MPS2_CROSS    ?= arm-none-eabi-
MPS2_CC       := $(MPS2_CROSS)gcc
MPS2_AR       := $(MPS2_CROSS)gcc-ar
MPS2_LTO      := -flto=auto
# Passes that -Os leaves on and that do not pay here: without them an image is some 1.5 % smaller.
MPS2_SMALLER  := -fno-thread-jumps -fno-schedule-insns2 -fno-ipa-modref -fno-caller-saves -fno-guess-branch-probability
MPS2_CFLAGS   := -mcpu=cortex-m3 -mthumb -Os $(MPS2_SMALLER) -g $(TARGET_FLAGS) \
                 $(if $(MPS2_LTO),$(MPS2_LTO) -fno-inline-small-functions)
MPS2_CPPFLAGS  = -Iinclude -isystem $(BEARSSL_SRC)/inc -isystem $(MPS2)/jsmn -I$(MPS2)/certificates
MPS2_LDFLAGS  := --specs=nano.specs -nostartfiles -T port/mps2/mps2.ld -Wl,--gc-sections
MPS2_WARNINGS := $(WARNINGS) -Wconversion
INSTALLS      += $(filter firmware firmware-test firmware-instructions firmware-instructions-write,$(MAKECMDGOALS))

# What the compiler needs: packages, BearSSL's headers, and jsmn.h in a folder without the host's other headers.
ifndef BEARSSL_SRC
BEARSSL_SRC    := $(abspath $(B))/bearssl
BEARSSL_SHA256 := 102a625bd8f6155260867a50c508df8d8c3f796985dd744df1a68e5cd1a79004
$(BEARSSL_SRC)/inc/bearssl.h: $(MPS2)/packages.stamp
	sh port/mps2/source.sh bearssl $(BEARSSL_SHA256) $(BEARSSL_SRC)
	touch $@
endif
$(MPS2)/packages.stamp: tests/setup.sh | $(B)/setup.stamp
	mkdir -p $(@D)
	BEARSSL='$(BEARSSL)' JSMN='$(JSMN)' CC='$(CC)' sh tests/setup.sh install firmware
	touch $@
$(MPS2)/jsmn/jsmn.h: | $(B)/setup.stamp
	mkdir -p $(@D)
	cp $(or $(JSMN),/usr/include)/jsmn.h $@

# BearSSL for the target. Its two switches keep it from asking for a clock and a random device that are not there.
MPS2_BEARSSL := $(B)/bearssl-cortex-m3$(MPS2_LTO)/libbearssl.a
$(MPS2_BEARSSL): $(BEARSSL_SRC)/inc/bearssl.h $(MPS2)/packages.stamp port/mps2/mps2.mk
	echo '  BEARSSL $@'
	mkdir -p $(@D)
	$(MAKE) -s -C $(BEARSSL_SRC) lib BUILD=$(abspath $(@D)) CC=$(MPS2_CC) AR=$(MPS2_AR) \
	    CFLAGS='$(MPS2_CFLAGS) -DBR_USE_UNIX_TIME=0 -DBR_USE_URANDOM=0' >$(@D)/log

# Objects, from any folder.
$(MPS2)/%.o: %.c port/mps2/mps2.mk | $(MPS2)/packages.stamp $(BEARSSL_SRC)/inc/bearssl.h $(MPS2)/jsmn/jsmn.h
	echo '  CC $@'
	mkdir -p $(@D)
	$(MPS2_CC) $(MPS2_WARNINGS) $(MPS2_CPPFLAGS) $(MPS2_CFLAGS) -MMD -MP -c $< -o $@
MPS2_LIB := $(MPS2)/libtcexec.a
$(MPS2_LIB): $(SOURCES:%.c=$(MPS2)/%.o)
	rm -f $@
	$(MPS2_AR) rcsD $@ $^
MPS2_BOARD := $(patsubst %,$(MPS2)/port/mps2/%.o,startup board host shell memory image_p256)
$(MPS2)/port/mps2/memory.o: MPS2_CFLAGS += -fno-lto -fno-builtin -fno-tree-loop-distribute-patterns

# Whom an image trusts: roots and a key made for the tests.
$(MPS2)/certificates/ec.pem: tests/firmware/certificates.py
	python3 tests/firmware/certificates.py $(@D)
$(MPS2)/certificates/roots.h: $(MPS2)/certificates/ec.pem $(B)/tcexec
	cat $(@D)/ec.pem $(@D)/rsa.pem >$(@D)/roots.pem
	$(B)/tcexec anchors $(@D)/roots.pem >$@
$(MPS2)/certificates/roots_rsa.h: $(MPS2)/certificates/ec.pem $(B)/tcexec
	$(B)/tcexec anchors $(@D)/rsa.pem >$@
$(MPS2)/certificates/pin.h: $(MPS2)/certificates/ec.pem $(B)/tcexec
	$(B)/tcexec anchors $(@D)/pin.pem >$@
$(MPS2)/port/mps2/image_full.o: $(MPS2)/certificates/roots.h
$(MPS2)/port/mps2/image_rsa.o: $(MPS2)/certificates/roots_rsa.h
$(MPS2)/port/mps2/image_pin.o: $(MPS2)/certificates/pin.h

MPS2_IMAGES := $(patsubst %,$(MPS2)/%.elf,full rsa pin)
$(MPS2_IMAGES) $(MPS2)/overflow.elf: $(MPS2)/port/mps2/firmware.o $(MPS2)/port/mps2/uart.o $(MPS2_BOARD) $(MPS2_LIB) \
                                     $(MPS2_BEARSSL) port/mps2/mps2.ld
	echo '  LD $@'
	$(MPS2_CC) $(MPS2_CFLAGS) $(MPS2_LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) -o $@
$(MPS2_IMAGES): $(MPS2)/%.elf: $(MPS2)/port/mps2/image_%.o

# For a test: with too small a stack.
$(MPS2)/overflow.elf: $(MPS2)/port/mps2/image_pin.o
$(MPS2)/overflow.elf: MPS2_LDFLAGS += -Wl,--defsym=STACK_SIZE=2K

# For a test: the transport contract suite.
MPS2_CONTRACT := $(MPS2)/contract.elf
$(MPS2)/tests/%.o: MPS2_CPPFLAGS += -Iport/mps2 -Itests/transport
$(MPS2_CONTRACT): $(MPS2)/tests/firmware/uart_contract.o $(MPS2)/tests/transport/tcx_contract.o $(MPS2)/port/mps2/uart.o \
                  $(MPS2_BOARD) $(MPS2_LIB) $(MPS2_BEARSSL) port/mps2/mps2.ld
	echo '  LD $@'
	$(MPS2_CC) $(MPS2_CFLAGS) $(MPS2_LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) -o $@

## firmware: bare-metal images for a Cortex-M3, at most 64 KiB of flash and 24 KiB of RAM
.PHONY: firmware
firmware: $(MPS2_IMAGES)

## firmware-test: run them in QEMU, the UART joined to the local endpoint
.PHONY: firmware-test
firmware-test: firmware $(MPS2)/overflow.elf $(MPS2_CONTRACT)
	B='$(B)' python3 tests/firmware/run.py

## firmware-instructions: count the instructions of a call, of its longest step, and whose they are
## firmware-instructions-write: the same; puts the tables into port/README.md and port/mps2/README.md
.PHONY: firmware-instructions firmware-instructions-write
firmware-instructions firmware-instructions-write:
	$(MAKE) MPS2=$(B)/mps2-counted MPS2_LTO= firmware
	B='$(B)' python3 tests/firmware/instructions.py $(B)/mps2-counted $(if $(filter %-write,$@),--write)
