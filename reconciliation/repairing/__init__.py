"""What can be mended of what a run found."""
