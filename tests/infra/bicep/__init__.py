"""Reads the Bicep files without Bicep's compiler: their syntax, what they deploy for given parameters, and what is
wrong with either. It knows the part of the language that infra/ uses and refuses the rest."""
