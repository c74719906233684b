"""/rules: the rules of all brands, and an editor for each with a preview over stored posts."""
