"""Who does the heavy work: the processor cores of this machine."""
