"""Read documents from files and text, and write them."""
