"""What both ends of a warm process's socket have to agree on."""

MAX_PACKET = 2**17  # bytes of an order, or of an answer
