# The template and the worked examples: compiled always, so that what is copied compiles.

TEMPLATE_OBJECTS  := $(B)/port/template/tcx_port.o
TEMPLATE_EXAMPLES := $(patsubst %.c,$(B)/%.o,$(wildcard port/template/examples/*.c))

$(TEMPLATE_EXAMPLES): CPPFLAGS += -Itests/transport/fake

all: $(TEMPLATE_OBJECTS) $(TEMPLATE_EXAMPLES)
