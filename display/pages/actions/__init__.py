"""What people do with mentions: claim, correct, hide, note, block, and undo."""
