"""What is made from models and settings: the docs site, the star schema, tables of marts."""
