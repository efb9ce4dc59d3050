// The sketch's loop(): says how many bytes of stack setup() and all that it calls have used. A constructor paints the
// free memory before, below its own frame.

extern unsigned char _end;

static const unsigned char PAINT = 0xC5;

__attribute__((constructor)) static void paint()
{
    for (volatile unsigned char *at = &_end; at < reinterpret_cast<unsigned char *>(SP) - 16; at++)
        *at = PAINT;
}

void loop()
{
    const unsigned char *at = &_end;

    while (*at == PAINT)
        at++;
    Serial.print("stack: ");
    Serial.println(reinterpret_cast<const unsigned char *>(RAMEND) - at + 1);
    Serial.flush();
    for (;;) {
    }
}
