"""The services that this project starts itself."""
