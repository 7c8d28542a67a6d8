"""Files of other programs: read from outside, and made of agreements for those who want them so."""
