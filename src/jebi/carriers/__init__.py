"""The places where slots ride: a file, a stick's free space, a film that still plays.

Pure: a carrier says where slots go and where they may be; `jebi.device` does the reading and writing.
"""
