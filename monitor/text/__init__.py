"""Text processing: cleaning, language detection, near-duplicates."""
