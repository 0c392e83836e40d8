"""Recipes: one file a system. Each trains on data that npdl ships and states the number it reaches."""
