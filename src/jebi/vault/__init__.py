"""What is kept, as opaque bytes that survive a crash: the ledger's tiles and the folders of the archive."""
