# The firmware: bare-metal images for the boards mps2 (a Cortex-M3) and virt (an RV32IMAC), over a UART; and for mps2
# with Ethernet over lwIP. QEMU runs them.
#
# BEARSSL_SRC, LWIP_SRC: their source; without, Debian's is fetched. MPS2_CROSS, VIRT_CROSS: other tool prefixes.

# What all of them need: packages, BearSSL's source, and jsmn.h in a folder without the host's other headers.
# Goals of other compilers need only the source.
ifndef BEARSSL_SRC
BEARSSL_SRC    := $(abspath $(B))/bearssl
ONLY_SOURCE    := bearssl arduino arduino-test musl-test windows-test
BEARSSL_SHA256 := 102a625bd8f6155260867a50c508df8d8c3f796985dd744df1a68e5cd1a79004
$(BEARSSL_SRC)/inc/bearssl.h: port/firmware/source.sh | $(if $(filter-out $(ONLY_SOURCE),$(MAKECMDGOALS)),$(B)/packages/firmware)
	sh port/firmware/source.sh bearssl $(BEARSSL_SHA256) $(BEARSSL_SRC)
	touch $@
endif
FIRMWARE_JSMN  := $(B)/firmware/jsmn
FIRMWARE_NEEDS := $(BEARSSL_SRC)/inc/bearssl.h $(FIRMWARE_JSMN)/jsmn.h
$(FIRMWARE_JSMN)/jsmn.h: | $(B)/packages/check
	mkdir -p $(@D)
	cp $(or $(JSMN),/usr/include)/jsmn.h $@
.PHONY: firmware-source firmware-needs
firmware-source: $(FIRMWARE_NEEDS)
firmware-needs: firmware-source | $(B)/packages/firmware

# $(call bearssl,NAME): the one rule that builds BearSSL, as NAME_BEARSSL, with NAME_CC, NAME_AR and NAME_CFLAGS. The two
# switches are off because a chip has no system clock and no random device. The library passes in both.
define bearssl
$$($(1)_BEARSSL): port/firmware/firmware.mk | $(BEARSSL_SRC)/inc/bearssl.h $($(1)_PACKAGES)
	echo '  BEARSSL $$@'
	rm -rf $$(@D)
	mkdir -p $$(@D)
	$$(MAKE) -s -C $(BEARSSL_SRC) lib BUILD=$$(abspath $$(@D)) CC='$$($(1)_CC)' AR='$$($(1)_AR)' \
	    CFLAGS='$$($(1)_CFLAGS) -DBR_USE_UNIX_TIME=0 -DBR_USE_URANDOM=0' >$$(@D)/log
endef

## bearssl: BearSSL for your chip: make bearssl CC=arm-none-eabi-gcc CFLAGS="-mcpu=cortex-m4 -mthumb -Os"
ifneq ($(filter bearssl,$(MAKECMDGOALS)),)
tool         = $(shell $(CC) -print-prog-name=$(1))
CHIP        := $(B)/bearssl-$(shell printf '%s' '$(notdir $(CC)) $(CFLAGS)' | tr -cs 'A-Za-z0-9+.' -)
CHIP_CC     := $(CC)
CHIP_AR     := $(if $(filter file,$(origin AR)),$(call tool,$(if $(findstring -flto,$(CFLAGS)),gcc-ar,ar)),$(AR))
CHIP_CFLAGS := $(CFLAGS) $(TARGET_FLAGS)
# A BearSSL tree, as BEARSSL= wants it.
CHIP_BEARSSL := $(CHIP)/build/libbearssl.a
$(eval $(call bearssl,CHIP))
.PHONY: bearssl
bearssl: $(CHIP_BEARSSL)
	rm -rf $(CHIP)/inc
	cp -r $(BEARSSL_SRC)/inc $(CHIP)
	$(call tool,size) -t $< | awk 'END { print "The archive has " $$1 " bytes of code and constants." }'
	echo 'A program links only the parts that it uses.'
	echo 'Compile with: -I$(CHIP)/inc'
	echo 'Link with:    -L$(CHIP)/build -lbearssl'
endif

# What an image trusts: roots and a key made for the tests.
CERTIFICATES := $(B)/firmware/certificates
$(CERTIFICATES)/ec.pem: tests/firmware/certificates.py
	python3 tests/firmware/certificates.py $(@D)
$(CERTIFICATES)/roots.h: $(CERTIFICATES)/ec.pem $(B)/tcexec
	cat $(@D)/ec.pem $(@D)/rsa.pem >$(@D)/roots.pem
	$(B)/tcexec anchors $(@D)/roots.pem >$@
$(CERTIFICATES)/roots_rsa.h: $(CERTIFICATES)/ec.pem $(B)/tcexec
	$(B)/tcexec anchors $(@D)/rsa.pem >$@
$(CERTIFICATES)/pin.h: $(CERTIFICATES)/ec.pem $(B)/tcexec
	$(B)/tcexec anchors $(@D)/pin.pem >$@

FIRMWARE_WARNINGS := $(WARNINGS) -Wconversion
FIRMWARE_SEES      = -Iinclude -isystem $(BEARSSL_SRC)/inc -isystem $(FIRMWARE_JSMN) -I$(CERTIFICATES) \
                     -Iport/firmware -Itests/transport

MPS2        := $(B)/mps2
MPS2_CROSS  ?= arm-none-eabi-
MPS2_LTO    := -flto=auto
# Without these passes of -Os an image is smaller.
MPS2_PASSES := -fno-thread-jumps -fno-schedule-insns2 -fno-ipa-modref -fno-caller-saves -fno-guess-branch-probability \
               -fno-if-conversion -fno-tree-loop-im -fno-tree-scev-cprop -fno-tree-tail-merge
MPS2_CC     := $(MPS2_CROSS)gcc
MPS2_AR     := $(MPS2_CROSS)gcc-ar
MPS2_CFLAGS := -mcpu=cortex-m3 -mthumb -Os $(MPS2_PASSES) -g $(TARGET_FLAGS) \
               $(if $(MPS2_LTO),$(MPS2_LTO) -flto-partition=one -fno-inline-small-functions)
MPS2_LDFLAGS  := --specs=nano.specs -nostartfiles -T port/firmware/mps2/mps2.ld -Wl,--gc-sections
MPS2_OBJECTS  := host shell memory image_chain image_p256 mps2/startup mps2/board
MPS2_PACKAGES := $(B)/packages/firmware
MPS2_BEARSSL  := $(B)/bearssl-cortex-m3$(MPS2_LTO)/libbearssl.a

VIRT        := $(B)/virt
VIRT_CROSS  ?= riscv64-unknown-elf-
VIRT_CC     := $(VIRT_CROSS)gcc
VIRT_AR     := $(VIRT_CROSS)ar
VIRT_CFLAGS := --specs=picolibc.specs -march=rv32imac -misa-spec=2.2 -mabi=ilp32 -msmall-data-limit=0 -Os -g $(TARGET_FLAGS)
VIRT_LDFLAGS  := -nostartfiles -T port/firmware/virt/virt.ld -Wl,--gc-sections
VIRT_OBJECTS  := host shell image_chain image_p256 virt/board
VIRT_PACKAGES := $(B)/packages/firmware $(B)/packages/riscv
VIRT_BEARSSL  := $(B)/bearssl-rv32imac/libbearssl.a

# $(call firmware,NAME,FOLDER): objects, libraries and images of the board in port/firmware/FOLDER.
define firmware
$(call compile,$($(1)),$$($(1)_CC) $$(FIRMWARE_WARNINGS) $$(FIRMWARE_SEES) -Iport/firmware/$(2) $$($(1)_CFLAGS), \
    port/firmware/firmware.mk | $(FIRMWARE_NEEDS) $($(1)_PACKAGES))
$(1)_LIB   := $($(1))/libtcexec.a
$(1)_BOARD := $(patsubst %,$($(1))/port/firmware/%.o,$($(1)_OBJECTS))
$$($(1)_LIB): $(SOURCES:%.c=$($(1))/%.o)
	rm -f $$@
	$$($(1)_AR) rcsD $$@ $$^
$(call bearssl,$(1))

$($(1))/port/firmware/image_full.o $($(1))/port/firmware/image_x25519.o: $(CERTIFICATES)/roots.h
$($(1))/port/firmware/image_rsa.o: $(CERTIFICATES)/roots_rsa.h
$($(1))/port/firmware/image_pin.o: $(CERTIFICATES)/pin.h
$(1)_IMAGES   := $(patsubst %,$($(1))/%.elf,full x25519 rsa pin)
$(1)_EXAMPLES := $($(1))/sign.elf $($(1))/execute_function.elf
$(1)_CONTRACT := $($(1))/contract.elf
$$($(1)_IMAGES) $($(1))/overflow.elf $($(1))/resumed.elf: $($(1))/port/firmware/firmware.o
$($(1))/sign.elf: $($(1))/port/firmware/examples/sign/sign.o
$($(1))/execute_function.elf: $($(1))/port/firmware/examples/execute_function/execute_function.o \
                             $($(1))/port/firmware/image_full.o
$$($(1)_CONTRACT): $($(1))/tests/firmware/uart_contract.o $($(1))/tests/transport/tcx_contract.o
$$($(1)_IMAGES) $$($(1)_EXAMPLES) $$($(1)_CONTRACT) $($(1))/overflow.elf $($(1))/resumed.elf: $($(1))/port/firmware/uart.o $$($(1)_BOARD) \
                                    $$($(1)_LIB) $$($(1)_BEARSSL) port/firmware/$(2)/$(2).ld
	echo '  LD $$@'
	$$($(1)_CC) $$($(1)_CFLAGS) $$($(1)_LDFLAGS) $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group -o $$@
$$($(1)_IMAGES): $($(1))/%.elf: $($(1))/port/firmware/image_%.o
# For a test: with too small a stack.
$($(1))/overflow.elf: $($(1))/port/firmware/image_pin.o
$($(1))/overflow.elf: $(1)_LDFLAGS += -Wl,--defsym=STACK_SIZE=2K
# To count a resumed call.
$($(1))/resumed.elf: $($(1))/port/firmware/image_full.o $($(1))/tests/firmware/resumed.o
$($(1))/resumed.elf: $(1)_LDFLAGS += -Wl,--wrap=image_trust
endef
$(eval $(call firmware,MPS2,mps2))
$(eval $(call firmware,VIRT,virt))

$(MPS2)/port/firmware/memory.o: MPS2_CFLAGS += -fno-lto -fno-builtin -fno-tree-loop-distribute-patterns

## firmware: bare-metal images for a Cortex-M3, at most 64 KiB of flash and 24 KiB of RAM
.PHONY: firmware
firmware: $(MPS2_IMAGES) $(MPS2_EXAMPLES)

### firmware-demo: the first program on the emulated Cortex-M3, its UART joined to the local endpoint
.PHONY: firmware-demo
firmware-demo: $(MPS2)/execute_function.elf
	B='$(B)' python3 tests/firmware/demo.py

### firmware-test: run them in QEMU, the UART joined to the local endpoint
### firmware-test-write: the same; takes what they use as the new baseline, and writes it into the documents
.PHONY: firmware-test firmware-test-write
firmware-test firmware-test-write: firmware $(MPS2)/overflow.elf $(MPS2_CONTRACT)
	B='$(B)' python3 tests/firmware/run.py $(if $(filter %-write,$@),--write)

### firmware-instructions: count the instructions of a call, of its longest step, whose and for what they are
### firmware-instructions-write: the same; takes the counts into the baseline, and writes them into the documents
.PHONY: firmware-instructions firmware-instructions-write
firmware-instructions firmware-instructions-write:
	$(MAKE) MPS2=$(B)/mps2-counted MPS2_LTO= $(addprefix $(B)/mps2-counted/,full.elf x25519.elf rsa.elf pin.elf resumed.elf)
	B='$(B)' python3 tests/firmware/instructions.py $(B)/mps2-counted $(if $(filter %-write,$@),--write)

### firmware-riscv: the same for an RV32IMAC
.PHONY: firmware-riscv
firmware-riscv: $(VIRT_IMAGES) $(VIRT_EXAMPLES)

### firmware-riscv-test: run them in QEMU
.PHONY: firmware-riscv-test
firmware-riscv-test: firmware-riscv $(VIRT_CONTRACT)
	B='$(B)' python3 tests/firmware/run.py virt

# lwIP's source, and the parts of it that one TCP connection needs, with DHCP and DNS where they are switched on.
LWIP        := $(B)/lwip
LWIP_SHA256 := 0a8276d09fc4e97bbba2f953d74af2388fc2195ea156be9d7589e297a68fde24
ifndef LWIP_SRC
LWIP_SRC := $(abspath $(B))/lwip-source
$(LWIP_SRC)/src/include/lwip/tcp.h: port/firmware/source.sh | $(B)/packages/firmware
	sh port/firmware/source.sh lwip $(LWIP_SHA256) $(LWIP_SRC)
	touch $@
endif
LWIP_PARTS := core/def core/dns core/inet_chksum core/init core/ip core/mem core/memp core/netif core/pbuf core/tcp \
              core/tcp_in core/tcp_out core/timeouts core/udp \
              core/ipv4/dhcp core/ipv4/etharp core/ipv4/icmp core/ipv4/ip4 core/ipv4/ip4_addr netif/ethernet
LWIP_OURS  := tcx_lwip lan9118 net
# lwIP's headers are system headers for the compiler, so -MMD does not list them.
LWIP_HEADERS = $(LWIP_SRC)/src/include/lwip/tcp.h port/lwip/lwipopts.h port/lwip/arch/cc.h
LWIP_SEES    = $(FIRMWARE_SEES) -Iport/firmware/mps2 -Iport/lwip -isystem $(LWIP_SRC)/src/include

# Two libraries: with a static address only, and with DHCP and DNS.
define lwip
$(call compile,$(LWIP)/$(1),$$(MPS2_CC) $$(FIRMWARE_WARNINGS) $$(LWIP_SEES) -DLWIP_DHCP=$(2) $$(MPS2_CFLAGS), \
    $(LWIP_HEADERS) | $(FIRMWARE_NEEDS) $(MPS2_PACKAGES))
$(LWIP)/$(1)/lwip/%.o: $(LWIP_HEADERS) | $(MPS2_PACKAGES)
	mkdir -p $$(@D)
	$$(MPS2_CC) $$(LWIP_SEES) -DLWIP_DHCP=$(2) $$(MPS2_CFLAGS) -MMD -MP -c $(LWIP_SRC)/src/$$*.c -o $$@
$(LWIP)/$(1)/liblwip.a: $(LWIP_PARTS:%=$(LWIP)/$(1)/lwip/%.o) $(LWIP_OURS:%=$(LWIP)/$(1)/port/lwip/%.o)
	echo '  AR $$@'
	rm -f $$@
	$$(MPS2_AR) rcsD $$@ $$^
endef
$(eval $(call lwip,static,0))
$(eval $(call lwip,dhcp,1))

LWIP_IMAGES   := $(patsubst %,$(LWIP)/%.elf,static dhcp pin execute_function sleep_and_resume)
LWIP_CONTRACT := $(LWIP)/contract.elf
$(LWIP)/static.elf: $(LWIP)/static/port/lwip/firmware.o $(MPS2)/port/firmware/image_full.o $(LWIP)/static/liblwip.a
$(LWIP)/dhcp.elf: $(LWIP)/dhcp/port/lwip/firmware.o $(MPS2)/port/firmware/image_full.o $(LWIP)/dhcp/liblwip.a
$(LWIP)/pin.elf: $(LWIP)/static/port/lwip/firmware.o $(MPS2)/port/firmware/image_pin.o $(LWIP)/static/liblwip.a
$(LWIP)/execute_function.elf: $(LWIP)/static/port/lwip/examples/execute_function/execute_function.o \
                             $(MPS2)/port/firmware/image_full.o $(LWIP)/static/liblwip.a
$(LWIP)/sleep_and_resume.elf: $(LWIP)/static/port/lwip/examples/sleep_and_resume/sleep_and_resume.o \
                             $(MPS2)/port/firmware/image_pin.o $(LWIP)/static/liblwip.a
$(LWIP_CONTRACT): $(LWIP)/static/tests/firmware/lwip_contract.o $(LWIP)/static/tests/transport/tcx_contract.o \
                  $(LWIP)/static/liblwip.a
$(LWIP_IMAGES) $(LWIP_CONTRACT): $(MPS2_BOARD) $(MPS2_LIB) $(MPS2_BEARSSL) port/firmware/mps2/mps2.ld
	echo '  LD $@'
	$(MPS2_CC) $(MPS2_CFLAGS) $(MPS2_LDFLAGS) -Wl,--defsym=FLASH_SIZE=96K,--defsym=RAM_SIZE=32K $(filter %.o,$^) \
	    -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -o $@

### firmware-lwip: images for the Cortex-M3 with Ethernet: lwIP with a static address, with DHCP, with a pinned key
.PHONY: firmware-lwip
firmware-lwip: $(LWIP_IMAGES)

### firmware-lwip-test: run them in QEMU, their network ending at the local endpoint
.PHONY: firmware-lwip-test
firmware-lwip-test: firmware-lwip $(LWIP_CONTRACT)
	B='$(B)' python3 tests/firmware/lwip.py
