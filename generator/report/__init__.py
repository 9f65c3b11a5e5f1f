"""The page with plots of what was generated."""
