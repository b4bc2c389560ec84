"""The step types that ship with the engine, one file each; found by scanning this package."""
