"""The site from its sources: what is made of what, what is kept, and where it is written."""
