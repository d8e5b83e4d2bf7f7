"""The unit that crosses the border, in either direction: what is in it, how it is sealed, and how it is split.

Pure: nothing here opens a file, reads a clock or draws randomness of its own (the sealing libraries draw theirs).
"""
