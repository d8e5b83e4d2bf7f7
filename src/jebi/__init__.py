"""jebi carries footage out of a closed state, and films, dramas and radio into it, with no internet inside.

Read it in the order in which one clip travels; each of these files ends by naming the next:

1. `jebi.field.intake`: what is on a camera card
2. `jebi.parcel.seal`: clips become one sealed file that nobody inside can open
3. `jebi.parcel.fountain`: the sealed file becomes packets, of which any sufficient number will do
4. `jebi.carriers.slot`: packets become bytes that look like noise
5. `jebi.archive.receive`: what came out, and what is still missing

`jebi.archive.custody` is the thread through all that happens after. `jebi.office` puts the pieces together, one
workplace a file; `jebi.cli` is the door.
"""

__version__ = "0.1.0"
