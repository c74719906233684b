"""Reading text: cleaning it, detecting its language, finding near-duplicates."""
