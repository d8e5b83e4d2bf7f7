"""What goes over the air. So far: receipts, the codes by which one trip learns that its parcel arrived."""
