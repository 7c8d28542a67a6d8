# A manuscript → page and facts of an agreement; `drafting.draft` is the way in.
"""What a file prints, understood as an agreement, with no word lost on the way."""
