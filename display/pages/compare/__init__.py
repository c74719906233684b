"""The page that puts brands, or two times of one brand, side by side."""
