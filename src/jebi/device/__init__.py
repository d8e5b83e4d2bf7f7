"""Block devices, stick images and files: read, write, read back. No rule of jebi lives here."""
